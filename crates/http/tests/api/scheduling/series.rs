//! Changes of the sessions that follow another one.

use serde_json::{Value, json};

use super::{booked, cancel, pair, path, taught, time};
use crate::support::{dates, day};

/// Returns the days and starts of sessions, with a mark on exceptions.
fn starts(sessions: &[Value]) -> Vec<String> {
    let start = |session: &Value| {
        let mark = if session["is_exception"] == true { " moved" } else { "" };
        let (date, time) = (session["session_date"].as_str().unwrap(), session["start_time"].as_str().unwrap());
        format!("{date} {}{mark}", &time[..5])
    };
    sessions.iter().map(start).collect()
}

#[actix_web::test]
async fn later_sessions_follow_a_change_and_exceptions_stay_where_they_are() {
    let (_, tutor, student) = pair().await;
    let sessions = booked(&tutor, &student, dates(&[3, 5, 7, 9], "10:00", "11:00")).await;
    tutor.patch(&path(&sessions[2]), time("18:00", "19:00")).await.expect(200);
    let mut later = time("15:00", "16:30");
    later["session_date"] = json!(day(6));
    later["scope"] = json!("following");
    let moved = tutor.patch(&path(&sessions[1]), later.clone()).await.expect(200);
    assert_eq!((&moved["session_date"], &moved["is_exception"]), (&json!(day(6)), &json!(false)));
    let expected = [
        format!("{} 10:00", day(3)),
        format!("{} 15:00", day(6)),
        format!("{} 18:00 moved", day(7)),
        format!("{} 15:00", day(10)),
    ];
    assert_eq!(starts(&taught(&tutor).await), expected);

    later["session_date"] = json!(day(6));
    later["start_time"] = json!("15:30");
    later["overwrite_exceptions"] = json!(true);
    tutor.patch(&path(&sessions[1]), later).await.expect(200);
    let expected = [
        format!("{} 10:00", day(3)),
        format!("{} 15:30", day(6)),
        format!("{} 15:30", day(7)),
        format!("{} 15:30", day(10)),
    ];
    assert_eq!(starts(&taught(&tutor).await), expected);
    let ids: Vec<_> = taught(&tutor).await.iter().map(|session| session["id"].clone()).collect();
    assert_eq!(ids, sessions.iter().map(|session| session["id"].clone()).collect::<Vec<_>>());
}

#[actix_web::test]
async fn a_series_in_conflict_stays_as_it_is_and_every_conflict_is_named() {
    let (app, tutor, student) = pair().await;
    let other = app.student().await;
    let sessions = booked(&tutor, &student, dates(&[3, 4, 5], "10:00", "11:00")).await;
    booked(&tutor, &other, dates(&[4, 5], "15:00", "16:00")).await;
    let before = taught(&tutor).await;
    let mut later = time("15:30", "16:30");
    later["scope"] = json!("following");
    let problem = tutor.patch(&path(&sessions[0]), later).await.expect(409);
    assert_eq!(problem["detail"], "2 sessions conflict with the calendar; nothing was changed");
    let named: Vec<_> =
        problem["conflicts"].as_array().unwrap().iter().map(|conflict| conflict["session_date"].clone()).collect();
    assert_eq!(named, [json!(day(4)), json!(day(5))]);
    assert_eq!(taught(&tutor).await, before);
}

#[actix_web::test]
async fn the_rest_of_a_series_is_edited_and_cancelled_together() {
    let (_, tutor, student) = pair().await;
    let sessions = booked(&tutor, &student, dates(&[3, 4, 5], "10:00", "11:00")).await;
    let edit = json!({ "topics": ["Fractions"], "scope": "following" });
    tutor.patch(&path(&sessions[1]), edit).await.expect(200);
    let topics: Vec<_> = taught(&tutor).await.iter().map(|session| session["topics"].clone()).collect();
    assert_eq!(topics, [json!([]), json!(["Fractions"]), json!(["Fractions"])]);
    let cancelled = student.post(&cancel(&sessions[1]), json!({ "scope": "following" })).await.expect(200);
    assert_eq!(cancelled["id"], sessions[1]["id"]);
    let statuses: Vec<_> = taught(&tutor).await.iter().map(|session| session["status"].clone()).collect();
    assert_eq!(statuses, ["scheduled", "cancelled", "cancelled"]);
}
