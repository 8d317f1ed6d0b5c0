//! Tickets for sockets.

use astegni_domain::accounts::{DeviceRepository, Role};
use astegni_domain::events::{Ticket, TicketRepository};
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{contract, now, race};

contract! {
    fn a_ticket_is_redeemed_once_in_time_and_before_a_logout(world: World) {
        let actor = world.person(Role::Tutor);
        let ticket = Ticket { actor, token_expires_at: now() + TimeDelta::minutes(10) };
        let issue = |digest: &str| {
            let expires_at = now() + TimeDelta::seconds(30);
            block_on(world.database.issue(digest.to_owned(), ticket, expires_at, now())).unwrap();
        };
        let redeem = |digest: &str, at| block_on(world.database.redeem(digest.to_owned(), at)).unwrap();
        issue("one");
        let redeemed = race(8, |_| redeem("one", now()));
        assert_eq!(redeemed.into_iter().flatten().collect::<Vec<_>>(), [ticket]);
        issue("two");
        assert_eq!(redeem("two", now() + TimeDelta::seconds(30)), None);
        assert_eq!(redeem("unknown", now()), None);
        issue("three");
        block_on(world.database.revoke(actor.user_id, actor.device_id, now())).unwrap();
        assert_eq!(redeem("three", now()), None);
    }
}
