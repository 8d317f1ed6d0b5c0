//! Free slots.

use serde_json::{Value, json};

use super::{booked, pair};
use crate::snapshots::assert_snapshot;
use crate::support::{Actor, TestApp, dates, day, expect_problem, fields};

fn slots_path(tutor: &Actor, query: &str) -> String {
    format!("/api/v1/tutors/{}/slots?{query}", tutor.profile("tutor"))
}

/// Returns the starts of the slots that a caller sees on Monday.
async fn starts(viewer: &Actor, tutor: &Actor, query: &str) -> Vec<String> {
    let path = slots_path(tutor, &format!("from={0}&to={0}&step=60&{query}", day(3)));
    let page = viewer.get(&path).await.expect(200);
    let slots = page["slots"].as_array().unwrap();
    slots.iter().map(|slot| slot["start_time"].as_str().unwrap()[..5].to_owned()).collect()
}

/// Opens a tutor's calendar on Mondays from nine to one.
async fn open(tutor: &Actor) {
    let weekly = json!([{ "day": "Monday", "start_time": "09:00", "end_time": "13:00" }]);
    tutor.put("/api/v1/tutor/availability", json!({ "weekly": weekly })).await.expect(200);
}

#[actix_web::test]
async fn slots_are_public_and_lie_within_the_hours_of_the_tutor() {
    let (app, anonymous) = TestApp::start().await;
    let tutor = app.tutor().await;
    open(&tutor).await;
    let page = anonymous.get(&slots_path(&tutor, "duration=120&step=30")).await.expect(200);
    assert_snapshot("slots", &page);
    let elsewhere = slots_path(&tutor, &format!("from={0}&to={0}&step=60&time_zone=America/New_York", day(3)));
    let elsewhere = anonymous.get(&elsewhere).await.expect(200);
    assert_eq!(
        (&elsewhere["time_zone"], elsewhere["slots"].as_array().unwrap().len()),
        (&json!("America/New_York"), 4)
    );
    let slot = &elsewhere["slots"][0];
    assert_eq!((&slot["session_date"], &slot["start_time"]), (&json!(day(3)), &json!("01:00:00")));
    let unversioned = format!("/api/tutors/{}/slots", tutor.profile("tutor"));
    assert_eq!(anonymous.get(&unversioned).await.expect(200)["slots"].as_array().unwrap().len(), 13);
}

#[actix_web::test]
async fn a_slot_can_be_requested_and_accepted_and_is_then_taken() {
    let (_, tutor, student) = pair().await;
    open(&tutor).await;
    let page = student.get(&slots_path(&tutor, "time_zone=Europe/Berlin&step=60&duration=60")).await.expect(200);
    for (number, slot) in page["slots"].as_array().unwrap().iter().enumerate() {
        let ask = json!({
            "schedule_type": "specific_dates", "specific_dates": [slot["session_date"]], "start_time": slot["start_time"],
            "end_time": slot["end_time"], "overnight": slot["overnight"], "time_zone": page["time_zone"],
        });
        let sent = student.ask(&tutor, ask).await.expect(200);
        let preview = format!("/api/session-requests/tutor/{}/preview", sent["request_id"]);
        let preview = tutor.post(&preview, json!({})).await.expect(200);
        assert_eq!((&preview["conflicts"], &preview["sessions"][0]["unavailable"]), (&json!([]), &json!([])));
        tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
        let session = student.get("/api/v1/sessions").await.expect(200)[number].clone();
        assert_eq!((&session["starts_at"], &session["ends_at"]), (&slot["starts_at"], &slot["ends_at"]));
    }
    assert_eq!(starts(&student, &tutor, "").await, Vec::<String>::new());
}

#[actix_web::test]
async fn slots_are_free_in_the_calendar_of_the_student_as_well() {
    let (app, tutor, student) = pair().await;
    let (other_tutor, parent, other) = (app.tutor().await, app.parent().await, app.student().await);
    open(&tutor).await;
    booked(&other_tutor, &student, dates(&[3], "10:00", "11:00")).await;
    let child = parent.post("/api/parent/children", json!({ "first_name": "Liya" })).await.expect(201);
    let mut schedule = dates(&[3], "12:00", "13:00");
    schedule["requested_to_id"] = child["id"].clone();
    booked(&other_tutor, &parent, schedule).await;
    let all = ["09:00", "10:00", "11:00", "12:00"];
    assert_eq!(starts(&other, &tutor, "").await, all);
    assert_eq!(starts(&student, &tutor, "").await, ["09:00", "11:00", "12:00"]);
    assert_eq!(starts(&parent, &tutor, "").await, all);
    assert_eq!(starts(&parent, &tutor, &format!("student_id={}", child["id"])).await, ["09:00", "10:00", "11:00"]);
    let foreign = slots_path(&tutor, &format!("student_id={}", child["id"]));
    let mut anonymous = student.clone();
    anonymous.token = None;
    for viewer in [&student, &other, &tutor, &anonymous] {
        let problem = expect_problem(viewer.get(&foreign).await, 404, "not_found");
        assert_eq!(problem["detail"], "Student not found");
    }
    parent.get(&slots_path(&tutor, "student_id=999")).await.expect(404);
}

#[actix_web::test]
async fn time_off_and_sessions_take_slots() {
    let (app, tutor, student) = pair().await;
    let other = app.student().await;
    open(&tutor).await;
    booked(&tutor, &student, dates(&[3], "09:00", "10:00")).await;
    let off =
        json!({ "starts_at": format!("{}T12:30:00+03:00", day(3)), "ends_at": format!("{}T12:31:00+03:00", day(3)) });
    tutor.post("/api/v1/tutor/time-off", off).await.expect(201);
    assert_eq!(starts(&other, &tutor, "").await, ["10:00", "11:00"]);
    tutor.put("/api/v1/tutor/availability", json!({ "buffer_minutes": 30 })).await.expect(200);
    assert_eq!(starts(&other, &tutor, "").await, ["11:00"]);
    tutor.put("/api/v1/tutor/availability", json!({ "max_per_day": 1 })).await.expect(200);
    assert_eq!(starts(&other, &tutor, "").await, Vec::<String>::new());
}

#[actix_web::test]
async fn slots_of_an_unknown_or_blocked_tutor_are_hidden() {
    let (_, tutor, student) = pair().await;
    let block = |actor: &Actor, other: &Actor| (actor.clone(), format!("/api/users/{}/block", other.user["id"]));
    let problem = expect_problem(student.get("/api/v1/tutors/999/slots").await, 404, "not_found");
    assert_eq!(problem["detail"], "Tutor not found");
    for (blocks, status) in [(block(&student, &tutor), 403), (block(&tutor, &student), 404)] {
        let (actor, path) = blocks;
        actor.put(&path, json!({})).await.expect(200);
        student.get(&slots_path(&tutor, "")).await.expect(status);
        actor.delete(&path).await.expect(200);
    }
    student.get(&slots_path(&tutor, "")).await.expect(200);
}

#[actix_web::test]
async fn every_invalid_parameter_of_a_search_is_reported_at_once() {
    let (_, tutor, student) = pair().await;
    let wrong = "from=x&to=2026-02-30&duration=4&step=7&time_zone=EST&student_id=0";
    let problem = student.get(&slots_path(&tutor, wrong)).await.expect(422);
    let mut named = fields(&problem);
    named.sort_unstable();
    assert_eq!(named, ["duration", "from", "step", "student_id", "time_zone", "to"]);
    for (query, field) in [
        ("duration=721".to_owned(), "duration"),
        ("duration=abc".to_owned(), "duration"),
        (format!("from={}&to={}", day(3), day(2)), "to"),
        (format!("from={}&to={}", day(3), day(34)), "to"),
    ] {
        assert_eq!(fields(&student.get(&slots_path(&tutor, &query)).await.expect(422)), [field], "{query}");
    }
    for query in ["duration=720".to_owned(), "duration=5&step=5".to_owned(), format!("from={}&to={}", day(3), day(33))]
    {
        student.get(&slots_path(&tutor, &query)).await.expect(200);
    }
    let _: Value = student.get(&format!("/api/v1/tutors/{}", tutor.profile("tutor"))).await.expect(200);
}
