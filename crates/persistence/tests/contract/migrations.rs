use astegni_persistence::Migrator;

use crate::harness::contract;

contract! {
    fn migrations_go_up_and_down_and_up_again(world: World) {
        let mut migrator = Migrator::connect(&world.url).unwrap();
        let all = migrator.status().unwrap().len();
        assert!(migrator.status().unwrap().iter().all(|migration| migration.applied));
        assert_eq!(migrator.down(all + 1).unwrap().len(), all);
        assert!(migrator.status().unwrap().iter().all(|migration| !migration.applied));
        assert_eq!(migrator.up().unwrap().len(), all);
        assert!(migrator.up().unwrap().is_empty());
    }

    fn money_stands_beside_its_old_name_in_whole_units(world: World) {
        let tutor = world.person(astegni_domain::accounts::Role::Tutor);
        world.package(&tutor);
        assert_eq!(world.number("SELECT COUNT(*) FROM tutor_packages WHERE hourly_rate = 200.00"), 1);
    }
}
