//! Exchanges of refresh tokens.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{RefreshError, RefreshTokenState, Role, SignedIn, User};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{DEVICE, ID, Ports, assert_signed_in, finds, refusal, token, unavailable, user};
use crate::support::now;

/// The state of the refresh token "old", spent some time ago if at all.
fn state(spent: Option<TimeDelta>) -> RefreshTokenState {
    RefreshTokenState {
        user_id: ID,
        device_id: DEVICE,
        device_revoked: false,
        expires_at: now() + TimeDelta::days(1),
        used_at: spent.map(|ago| now() - ago),
    }
}

/// The ports of a refresh whose look-ups find these states, one after the other.
fn refreshing(states: Vec<Option<RefreshTokenState>>) -> Ports {
    let mut ports = Ports::new();
    let count = states.len();
    let mut states = states.into_iter();
    ports
        .devices
        .expect_find_token()
        .times(count)
        .withf(|digest| digest == "#old")
        .returning(move |_| Ok(states.next().unwrap()));
    ports
}

fn rotates(ports: &mut Ports, outcome: fn() -> Result<(), RepositoryError>) {
    ports
        .devices
        .expect_rotate()
        .once()
        .withf(|device, digest, next, at| {
            *device == DEVICE && digest == "#old" && *next == token("old+1") && *at == now()
        })
        .returning(move |_, _, _, _| outcome());
}

fn refresh(ports: Ports) -> Result<SignedIn, RefreshError> {
    block_on(ports.service().refresh("old"))
}

#[test]
fn a_refresh_spends_the_token_and_returns_its_successor() {
    let mut ports = refreshing(vec![Some(state(None))]);
    rotates(&mut ports, || Ok(()));
    finds(&mut ports, Some(user(&[Role::Tutor])));
    assert_signed_in(&refresh(ports).unwrap(), &user(&[Role::Tutor]), "old+1");
}

#[test]
fn a_repeated_refresh_returns_the_same_successor_and_writes_nothing() {
    let mut ports = refreshing(vec![Some(state(Some(TimeDelta::seconds(3))))]);
    finds(&mut ports, Some(user(&[Role::Student])));
    assert_signed_in(&refresh(ports).unwrap(), &user(&[Role::Student]), "old+1");
}

#[test]
fn a_reused_refresh_token_ends_the_devices_family() {
    let mut ports = refreshing(vec![Some(state(Some(TimeDelta::minutes(1))))]);
    ports
        .devices
        .expect_revoke()
        .once()
        .withf(|user, device, at| *user == ID && *device == DEVICE && *at == now())
        .returning(|_, _, _| Ok(true));
    assert!(matches!(refusal(refresh(ports)), RefreshError::Reused));
}

#[test]
fn an_unknown_or_dead_refresh_token_is_rejected() {
    assert!(matches!(refusal(refresh(refreshing(vec![None]))), RefreshError::Invalid));
    let revoked = RefreshTokenState { device_revoked: true, ..state(None) };
    assert!(matches!(refusal(refresh(refreshing(vec![Some(revoked)]))), RefreshError::Invalid));
}

#[test]
fn a_refresh_of_a_missing_or_closed_account_is_rejected() {
    for found in [None, Some(User { is_active: false, ..user(&[]) })] {
        let mut ports = refreshing(vec![Some(state(None))]);
        rotates(&mut ports, || Ok(()));
        finds(&mut ports, found);
        assert!(matches!(refusal(refresh(ports)), RefreshError::Invalid));
    }
}

#[test]
fn of_two_concurrent_refreshes_both_return_the_successor() {
    let mut ports = refreshing(vec![Some(state(None)), Some(state(Some(TimeDelta::zero())))]);
    rotates(&mut ports, || Err(RepositoryError::Conflict));
    finds(&mut ports, Some(user(&[])));
    assert_signed_in(&refresh(ports).unwrap(), &user(&[]), "old+1");
}

#[test]
fn a_refresh_that_loses_to_a_logout_is_rejected() {
    let signed_out = RefreshTokenState { device_revoked: true, ..state(None) };
    for after in [None, Some(signed_out), Some(state(None))] {
        let mut ports = refreshing(vec![Some(state(None)), after]);
        rotates(&mut ports, || Err(RepositoryError::Conflict));
        assert!(matches!(refusal(refresh(ports)), RefreshError::Invalid));
    }
    let mut ports = refreshing(vec![Some(state(None))]);
    rotates(&mut ports, || Err(unavailable()));
    assert!(matches!(refusal(refresh(ports)), RefreshError::Repository(RepositoryError::Unavailable(_))));
}
