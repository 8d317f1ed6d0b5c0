//! Who is let in: a valid token of a device that is still signed in.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use astegni_domain::accounts::{Actor, DeviceRepository};
use astegni_domain::ids::DeviceId;
use astegni_domain::{Clock, RepositoryError};

use super::{InvalidToken, Jwt};

/// For how long a device that was signed in is taken to be so: a token of a signed-out one is dead
/// everywhere within five seconds.
const REMEMBERED: Duration = Duration::from_secs(4);

/// How many devices are remembered before all are forgotten.
const MOST_REMEMBERED: usize = 100_000;

/// Why a caller is not let in.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The token is not valid, or its device is signed out.
    #[error("the token lets nobody in")]
    Invalid,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<InvalidToken> for GateError {
    fn from(InvalidToken: InvalidToken) -> Self {
        Self::Invalid
    }
}

/// Lets signed-in callers in.
#[derive(Clone)]
pub struct SignInGate {
    jwt: Arc<Jwt>,
    devices: Arc<dyn DeviceRepository>,
    clock: Arc<dyn Clock>,
    seen: Arc<RwLock<HashMap<DeviceId, Instant>>>,
}

impl SignInGate {
    /// A gate that has let nobody in yet.
    pub fn new(jwt: Arc<Jwt>, devices: Arc<dyn DeviceRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { jwt, devices, clock, seen: Arc::default() }
    }

    /// Who a token lets in.
    pub async fn admit(&self, token: &str) -> Result<Actor, GateError> {
        let actor = self.jwt.read(token, self.clock.now())?;
        if !self.remembers(actor.device_id) {
            if !self.devices.is_signed_in(actor.device_id).await? {
                return Err(GateError::Invalid);
            }
            self.remember(actor.device_id);
        }
        Ok(actor)
    }

    /// Asks the store again the next time that a device calls.
    pub fn forget(&self, device: DeviceId) {
        self.seen.write().unwrap_or_else(PoisonError::into_inner).remove(&device);
    }

    /// Asks the store again about every device.
    pub fn forget_all(&self) {
        self.seen.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn remembers(&self, device: DeviceId) -> bool {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.get(&device).is_some_and(|at| at.elapsed() < REMEMBERED)
    }

    fn remember(&self, device: DeviceId) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_REMEMBERED {
            seen.clear();
        }
        seen.insert(device, Instant::now());
    }
}
