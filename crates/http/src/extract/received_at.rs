//! The instant at which a request is judged.

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use chrono::{DateTime, Utc};

use crate::error::{ApiError, Code};
use crate::services::Services;

/// Extension of a request, so that all of its parts are judged at the same instant.
struct ReceivedAt(DateTime<Utc>);

/// Returns the instant at which a request's input is judged. The clock is read once for each request.
pub fn received_at(request: &HttpRequest) -> Result<DateTime<Utc>, ApiError> {
    if let Some(ReceivedAt(instant)) = request.extensions().get() {
        return Ok(*instant);
    }
    let services = request.app_data::<Data<Services>>();
    let services = services.ok_or_else(|| ApiError::new(Code::InternalError, "The application has no clock"))?;
    let now = services.clock.now();
    request.extensions_mut().insert(ReceivedAt(now));
    Ok(now)
}
