//! Sessions that end on the next day.

use serde_json::{Value, json};

use super::{accepted, pair, path, time, times};
use crate::support::{dates, day, fields};

#[actix_web::test]
async fn an_overnight_session_is_requested_accepted_and_moved() {
    let (app, tutor, student) = pair().await;
    let other = app.student().await;
    let mut ask = dates(&[3], "22:00", "01:00");
    assert_eq!(fields(&student.ask(&tutor, ask.clone()).await.expect(422)), ["end_time"]);
    ask["overnight"] = json!(true);
    let sent = student.ask(&tutor, ask).await.expect(200);
    let preview = format!("/api/v1/session-requests/tutor/{}/preview", sent["request_id"]);
    let planned = tutor.post(&preview, json!({})).await.expect(200)["sessions"][0].clone();
    assert_eq!((&planned["overnight"], &planned["duration"]), (&json!(true), &json!(180)));

    // A planned session is valid as a proposal.
    let proposals = |planned: &Value| json!({ "sessions": [planned] });
    let again = tutor.post(&preview, proposals(&planned)).await.expect(200);
    assert_eq!(again["sessions"][0], planned);
    let mut ambiguous = planned.clone();
    ambiguous["overnight"] = json!(false);
    assert_eq!(fields(&tutor.post(&preview, proposals(&ambiguous)).await.expect(422)), ["sessions.0.end_time"]);

    let session = accepted(&tutor, &sent).await.remove(0);
    assert_eq!(times(&session), (day(3).as_str(), "22:00:00", "01:00:00"));
    assert_eq!((&session["overnight"], &session["duration"]), (&json!(true), &json!(180)));
    assert_eq!(session["ends_at"], format!("{}T22:00:00Z", day(3)));

    let sent = other.ask(&tutor, dates(&[4], "00:30", "02:00")).await.expect(200);
    let refused = tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(409);
    assert_eq!(refused["conflicts"][0]["session_id"], session["id"]);

    let longer = tutor.patch(&path(&session), json!({ "end_time": "02:00" })).await.expect(200);
    assert_eq!((&longer["overnight"], &longer["duration"]), (&json!(true), &json!(240)));
    let mut evening = time("20:00", "22:00");
    evening["overnight"] = json!(false);
    let earlier = tutor.patch(&path(&session), evening).await.expect(200);
    assert_eq!((&earlier["overnight"], &earlier["duration"]), (&json!(false), &json!(120)));
    let late = json!({ "end_time": "00:00" });
    assert_eq!(fields(&tutor.patch(&path(&session), late).await.expect(422)), ["end_time"]);
    let late = json!({ "end_time": "00:00", "overnight": true });
    let late = tutor.patch(&path(&session), late).await.expect(200);
    assert_eq!((times(&late).2, &late["duration"]), ("00:00:00", &json!(240)));
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
}
