use astegni_domain::accounts::Role;
use astegni_persistence::Migrator;

use crate::harness::contract;

contract! {
    fn migrations_go_up_and_down_and_up_again(world: World) {
        let mut migrator = Migrator::connect(&world.url).unwrap();
        let all = migrator.status().unwrap().len();
        assert!(migrator.status().unwrap().iter().all(|migration| migration.applied));
        let too_many = migrator.down(all + 1).unwrap_err();
        assert_eq!(too_many.to_string(), format!("cannot undo {} migrations: only {all} are applied", all + 1));
        assert!(migrator.status().unwrap().iter().all(|migration| migration.applied));
        assert_eq!(migrator.down(all).unwrap().len(), all);
        assert!(migrator.status().unwrap().iter().all(|migration| !migration.applied));
        assert_eq!(migrator.up().unwrap().len(), all);
        assert!(migrator.up().unwrap().is_empty());
    }

    fn undoing_migrations_reports_the_tables_that_hold_rows(world: World) {
        let mut migrator = Migrator::connect(&world.url).unwrap();
        let all = migrator.status().unwrap().len();
        assert!(migrator.tables_losing_rows(all).unwrap().is_empty());
        assert!(migrator.tables_losing_rows(all + 1).is_err());
        world.package(&world.person(Role::Tutor));
        let tables = migrator.tables_losing_rows(all).unwrap();
        assert!(["users", "tutor_profiles", "tutor_packages"].iter().all(|table| tables.contains(table)), "{tables:?}");
        assert!(!tables.contains(&"chat_messages") && !tables.contains(&"student_profiles"), "{tables:?}");
        assert!(migrator.tables_losing_rows(1).unwrap().is_empty());
    }

    fn prices_are_also_readable_in_whole_units_under_their_old_column_name(world: World) {
        let tutor = world.person(Role::Tutor);
        world.package(&tutor);
        assert_eq!(world.number("SELECT COUNT(*) FROM tutor_packages WHERE hourly_rate = 200.00"), 1);
    }
}
