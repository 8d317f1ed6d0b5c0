//! Changes of single sessions by their tutor.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{accepted, booked, booked_for_child, cancel, pair, path, send_if, tag, time, times};
use crate::snapshots::assert_snapshot;
use crate::support::{dates, day, expect_problem, fields};

#[actix_web::test]
async fn a_tutor_edits_every_property_of_a_session() {
    let (_, tutor, student) = pair().await;
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let update = json!({
        "topics": ["Fractions", " Fractions ", "Decimals"], "topics_covered": ["Fractions"], "session_mode": "in-person",
        "location": "Room 4", "priority_level": "high", "reason": "As agreed",
    });
    let edited = tutor.patch(&path(&session), update.clone()).await;
    let new_tag = edited.header("etag").unwrap().to_owned();
    let edited = edited.expect(200);
    assert_eq!(edited["topics"], json!(["Fractions", "Decimals"]));
    assert_eq!((&edited["session_mode"], &edited["version"]), (&json!("in_person"), &json!(1)));
    for field in ["topics_covered", "location", "priority_level"] {
        assert_eq!(edited[field], update[field], "{field}");
    }
    assert_eq!((&edited["rescheduled_at"], &edited["is_exception"]), (&Value::Null, &json!(false)));
    let read = tutor.get(&path(&session)).await;
    assert_eq!((read.header("etag"), &read.body), (Some(new_tag.as_str()), &edited));
    let mut seen = student.get(&path(&session)).await.expect(200);
    assert_eq!(seen["allowed_actions"], json!(["cancel"]));
    seen["allowed_actions"] = edited["allowed_actions"].clone();
    assert_eq!(seen, edited);

    let cleared = tutor.patch(&path(&session), json!({ "location": null, "topics": [] })).await.expect(200);
    assert_eq!((&cleared["location"], &cleared["topics"]), (&Value::Null, &json!([])));
    for nothing in [json!({}), json!({ "location": null, "session_date": day(3) })] {
        assert_eq!(tutor.patch(&path(&session), nothing).await.expect(200), cleared);
    }
}

#[actix_web::test]
async fn every_invalid_field_of_a_change_is_reported_at_once() {
    let (_, tutor, student) = pair().await;
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let wrong = json!({
        "topics": vec!["x"; 21], "topics_covered": ["a", 2], "session_mode": "by post", "location": "a\nb",
        "priority_level": "none", "session_date": "2026-02-30", "start_time": "10", "end_time": null, "overnight": null,
        "status": "cancelled", "scope": "all", "overwrite_exceptions": 1, "reason": "x".repeat(501),
    });
    let problem = expect_problem(tutor.patch(&path(&session), wrong).await, 422, "validation_failed");
    let mut named = fields(&problem);
    named.sort_unstable();
    let expected = [
        "end_time",
        "location",
        "overnight",
        "overwrite_exceptions",
        "priority_level",
        "reason",
        "scope",
        "session_date",
        "session_mode",
        "start_time",
        "status",
        "topics",
        "topics_covered.1",
    ];
    assert_eq!(named, expected);
    for (invalid, named) in [
        (time("11:00", "10:00"), vec!["end_time"]),
        (json!({ "start_time": "11:00" }), vec!["end_time"]),
        (
            json!({ "start_time": "10:00", "end_time": "10:00", "overnight": true, "topics": 1 }),
            vec!["topics", "end_time"],
        ),
        (json!({ "status": "completed", "session_date": day(4), "scope": "following" }), vec!["status", "scope"]),
        (json!({ "status": null }), vec!["status"]),
    ] {
        assert_eq!(fields(&tutor.patch(&path(&session), invalid.clone()).await.expect(422)), named, "{invalid}");
    }
    assert_eq!(tutor.get(&path(&session)).await.expect(200), session);
}

#[actix_web::test]
async fn a_session_moves_to_a_time_at_which_both_sides_are_free() {
    let (app, tutor, student) = pair().await;
    let (other_tutor, other) = (app.tutor().await, app.student().await);
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let taken = booked(&tutor, &other, dates(&[3], "12:00", "13:00")).await.remove(0);
    booked(&other_tutor, &student, dates(&[3], "14:00", "15:00")).await;
    tutor.post("/api/v1/tutor/time-off", off("16:00", "17:00")).await.expect(201);
    for (start, end, kind, id) in [
        ("12:30", "13:30", "tutor_busy", taken["id"].clone()),
        ("14:30", "15:30", "student_busy", Value::Null),
        ("16:30", "17:30", "time_off", Value::Null),
    ] {
        let refused = tutor.patch(&path(&session), time(start, end)).await;
        let problem = expect_problem(refused, 409, "schedule_conflict");
        assert_eq!(problem["detail"], "1 session conflicts with the calendar; nothing was changed");
        let conflict = &problem["conflicts"][0];
        assert_eq!((&conflict["kind"], &conflict["session_id"]), (&json!(kind), &id));
        assert_eq!(times(conflict), (day(3).as_str(), format!("{start}:00").as_str(), format!("{end}:00").as_str()));
    }
    let past = tutor.patch(&path(&session), json!({ "session_date": day(-1) })).await.expect(409);
    assert_eq!(past["conflicts"][0]["kind"], "in_past");
    assert_eq!(tutor.get(&path(&session)).await.expect(200), session);

    // The former time of the session is free, and times that touch do not overlap.
    for (start, end) in [("10:30", "11:30"), ("13:00", "14:00")] {
        let moved = tutor.patch(&path(&session), time(start, end)).await.expect(200);
        assert_eq!(times(&moved).1, format!("{start}:00"));
    }
    let moved = student.get(&path(&session)).await.expect(200);
    assert_eq!((&moved["starts_at"], &moved["version"]), (&json!(format!("{}T10:00:00Z", day(3))), &json!(2)));
    assert_eq!((&moved["is_exception"], &moved["rescheduled_at"]), (&json!(true), &json!("2026-01-30T05:00:00Z")));
}

/// Returns time off on the day of the sessions, in Addis Ababa.
fn off(start: &str, end: &str) -> Value {
    let at = |time: &str| format!("{}T{time}:00+03:00", day(3));
    json!({ "starts_at": at(start), "ends_at": at(end) })
}

#[actix_web::test]
async fn only_the_tutor_changes_a_session() {
    let (app, tutor, student) = pair().await;
    let (parent, stranger) = (app.parent().await, app.tutor().await);
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let of_child = booked_for_child(&tutor, &parent, 4).await;
    for (actor, session) in [(&student, &session), (&parent, &of_child)] {
        for (update, sentence) in [
            (json!({ "topics": ["Fractions"] }), "Only the tutor can edit a session"),
            (json!({ "status": "completed" }), "Only the tutor can complete a session"),
            (json!({ "status": "no_show" }), "Only the tutor can mark a session as a no-show"),
        ] {
            let problem = expect_problem(actor.patch(&path(session), update).await, 403, "role_required");
            assert_eq!(problem["detail"], sentence);
        }
        actor.patch(&path(session), time("12:00", "13:00")).await.expect(403);
    }
    for actor in [&stranger, &student] {
        let problem = expect_problem(actor.patch(&path(&of_child), json!({})).await, 404, "not_found");
        assert_eq!(problem["detail"], "Session not found");
        actor.post(&cancel(&of_child), json!({})).await.expect(404);
        actor.get(&format!("{}/history", path(&of_child))).await.expect(404);
    }
    tutor.patch("/api/v1/sessions/999", json!({})).await.expect(404);
    tutor.patch("/api/v1/sessions/x", json!({})).await.expect(404);
}

#[actix_web::test]
async fn of_two_writes_with_one_tag_the_second_is_rejected() {
    let (_, tutor, student) = pair().await;
    let sessions = booked(&tutor, &student, dates(&[3, 4], "10:00", "11:00")).await;
    let (first, second) = (path(&sessions[0]), path(&sessions[1]));
    let write = |topic: &str| json!({ "topics": [topic] });
    let seen = tag(&tutor, &first).await;
    let written = send_if(&tutor, TestRequest::patch(), &first, &seen, write("Fractions")).await;
    let next = written.header("etag").unwrap().to_owned();
    written.expect(200);
    let stale = send_if(&tutor, TestRequest::patch(), &first, &seen, write("Decimals")).await;
    let problem = expect_problem(stale, 412, "precondition_failed");
    assert_eq!(problem["detail"], "The session has changed since the version in If-Match");
    assert_eq!(tutor.get(&first).await.expect(200)["topics"], json!(["Fractions"]));
    for known in [next.as_str(), "*"] {
        send_if(&tutor, TestRequest::patch(), &first, known, write(known)).await.expect(200);
    }

    let seen = tag(&student, &second).await;
    let cancel = format!("{second}/cancel");
    send_if(&tutor, TestRequest::post(), &cancel, &seen, json!({})).await.expect(412);
    send_if(&student, TestRequest::post(), &cancel, &seen, json!({})).await.expect(200);
    send_if(&student, TestRequest::post(), &cancel, &seen, json!({})).await.expect(412);
}

#[actix_web::test]
async fn every_change_of_a_session_is_in_its_history() {
    let (app, tutor, student) = pair().await;
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let history = format!("{}/history", path(&session));
    app.clock.advance(chrono::TimeDelta::minutes(1));
    tutor.patch(&path(&session), json!({ "topics": ["Fractions"], "location": "Room 4" })).await.expect(200);
    let mut later = time("15:00", "16:30");
    later["session_date"] = json!(day(4));
    later["reason"] = json!("Exams");
    app.clock.advance(chrono::TimeDelta::minutes(1));
    tutor.patch(&path(&session), later).await.expect(200);
    app.clock.advance(chrono::TimeDelta::minutes(1));
    student.post(&cancel(&session), json!({ "reason": "I am ill" })).await.expect(200);
    let entries = student.get(&history).await.expect(200);
    assert_snapshot("session_history", &entries);
    assert_eq!(tutor.get(&history).await.expect(200), entries);

    let page = tutor.get(&format!("{history}?limit=3")).await;
    let next = page.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    assert_eq!(page.expect(200).as_array().unwrap(), &entries.as_array().unwrap()[..3]);
    let last = tutor.get(&next).await;
    assert_eq!(
        (last.header("link"), last.body.as_array().unwrap().as_slice()),
        (None, &entries.as_array().unwrap()[3..])
    );
    assert_eq!(fields(&tutor.get(&format!("{history}?limit=0&cursor=x")).await.expect(422)), ["cursor", "limit"]);
}

#[actix_web::test]
async fn both_sides_are_told_of_a_change_by_a_message_and_an_event() {
    let (_, tutor, student) = pair().await;
    let sent = student.ask(&tutor, dates(&[3], "10:00", "11:00")).await.expect(200);
    let session = accepted(&tutor, &sent).await.remove(0);
    let mut positions = Vec::new();
    for actor in [&student, &tutor] {
        positions.push(actor.get("/api/v1/events").await.expect(200)["cursor"].clone());
    }
    let mut later = time("15:00", "16:00");
    later["reason"] = json!("Exams");
    tutor.patch(&path(&session), later).await.expect(200);
    student.post(&cancel(&session), json!({})).await.expect(200);
    let messages = format!("/api/v1/chat/messages/{}?limit=2", sent["conversation_id"]);
    let messages = tutor.get(&messages).await.expect(200);
    let told: Vec<_> =
        messages["messages"].as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect();
    let expected = [
        "Session on February 2, 2026, 15:00-16:00 (Africa/Addis_Ababa) cancelled",
        "Session on February 2, 2026, 10:00-11:00 (Africa/Addis_Ababa) moved to February 2, 2026, 15:00-16:00 \
         (Africa/Addis_Ababa): Exams",
    ];
    assert_eq!(told, expected);
    for (actor, position, expected) in
        [(&student, &positions[0], "session.changed"), (&tutor, &positions[1], "session.cancelled")]
    {
        let events = actor.get(&format!("/api/v1/events?after={position}")).await.expect(200);
        let mut about = events["events"].as_array().unwrap().clone();
        about.retain(|event| event["type"].as_str().unwrap().starts_with("session."));
        assert_eq!((about.len(), &about[0]["type"]), (1, &json!(expected)), "the actor is not told");
        assert_eq!(about[0]["data"]["session_id"], session["id"]);
    }
}
