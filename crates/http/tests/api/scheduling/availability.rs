//! The availability of tutors.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{pair, send_if, tag};
use crate::snapshots::assert_snapshot;
use crate::support::{day, expect_problem, fields};

const PATH: &str = "/api/v1/tutor/availability";

fn window(start: &str, end: &str) -> Value {
    json!({ "start_time": start, "end_time": end })
}

fn weekly(name: &str, start: &str, end: &str) -> Value {
    json!({ "day": name, "start_time": start, "end_time": end })
}

#[actix_web::test]
async fn availability_is_merged_and_null_clears() {
    let (_, tutor, _) = pair().await;
    let unset = tutor.get(PATH).await;
    assert!(unset.header("etag").is_some());
    let unset = unset.expect(200);
    assert_eq!(
        (&unset["weekly"], &unset["max_per_day"], &unset["buffer_minutes"]),
        (&json!([]), &Value::Null, &json!(0))
    );
    assert_eq!(unset["time_zone"], "Africa/Addis_Ababa");
    let body = json!({
        "time_zone": "Europe/Berlin", "buffer_minutes": 15, "minimum_notice_hours": 2, "cancellation_notice_hours": 24,
        "max_per_day": 4, "max_per_week": 12,
        "weekly": [weekly("tue", "18:00", "24:00"), weekly("MONDAY", "14:00:00", "17:00"), weekly("Mon", "09:00", "12:00")],
        "overrides": [{ "date": day(4), "windows": [] }, { "date": day(3), "windows": [window("10:00", "11:00")] }],
    });
    let set = tutor.put(PATH, body).await.expect(200);
    assert_snapshot("availability", &set);
    assert_eq!(tutor.get(PATH).await.expect(200), set);
    assert_eq!(tutor.put(PATH, json!({})).await.expect(200), set);

    let body =
        json!({ "max_per_day": null, "cancellation_notice_hours": null, "buffer_minutes": null, "overrides": null });
    let cleared = tutor.put(PATH, body).await.expect(200);
    let mut expected = set.clone();
    expected["max_per_day"] = Value::Null;
    expected["cancellation_notice_hours"] = Value::Null;
    expected["buffer_minutes"] = json!(0);
    expected["overrides"] = json!([]);
    assert_eq!(cleared, expected);
    let always = tutor.put(PATH, json!({ "weekly": [] })).await.expect(200);
    assert_eq!((&always["weekly"], &always["max_per_week"]), (&json!([]), &json!(12)));
}

#[actix_web::test]
async fn every_invalid_field_of_an_availability_is_reported_at_once() {
    let (_, tutor, _) = pair().await;
    let wrong = json!({
        "time_zone": null, "buffer_minutes": 241, "minimum_notice_hours": 721, "cancellation_notice_hours": -1,
        "max_per_day": 0, "max_per_week": 301,
        "weekly": [weekly("Funday", "9", "24:01"), { "day": "Monday" }, weekly("Monday", "12:00", "12:00")],
        "overrides": [{ "windows": [window("10:00", "09:00")] }, { "date": day(4) }, { "date": "x", "windows": [] }],
    });
    let problem = expect_problem(tutor.put(PATH, wrong).await, 422, "validation_failed");
    let mut named = fields(&problem);
    named.sort_unstable();
    let expected = [
        "buffer_minutes",
        "cancellation_notice_hours",
        "max_per_day",
        "max_per_week",
        "minimum_notice_hours",
        "overrides.0.date",
        "overrides.0.windows.0.end_time",
        "overrides.2.date",
        "time_zone",
        "weekly.0.day",
        "weekly.0.end_time",
        "weekly.0.start_time",
        "weekly.1.end_time",
        "weekly.1.start_time",
        "weekly.2.end_time",
    ];
    assert_eq!(named, expected);
    let many = |count: usize, entry: Value| Value::Array(vec![entry; count]);
    for (body, named) in [
        (json!({ "weekly": many(51, weekly("Mon", "09:00", "10:00")) }), "weekly"),
        (json!({ "overrides": many(401, json!({ "date": day(4), "windows": [] })) }), "overrides"),
        (
            json!({ "overrides": [{ "date": day(4), "windows": many(51, window("09:00", "10:00")) }] }),
            "overrides.0.windows",
        ),
        (json!({ "weekly": [weekly("Mon", "09:00", "11:00"), weekly("mon", "10:00", "12:00")] }), "weekly.1"),
        (json!({ "overrides": many(2, json!({ "date": day(4), "windows": [] })) }), "overrides.1.date"),
    ] {
        assert_eq!(fields(&tutor.put(PATH, body).await.expect(422)), [named]);
    }
    let mut largest = json!({ "buffer_minutes": 240, "minimum_notice_hours": 720, "cancellation_notice_hours": 720 });
    largest["max_per_day"] = json!(48);
    largest["max_per_week"] = json!(300);
    tutor.put(PATH, largest).await.expect(200);
    let smallest =
        json!({ "buffer_minutes": 0, "minimum_notice_hours": 0, "cancellation_notice_hours": 0, "max_per_day": 1 });
    assert_eq!(tutor.put(PATH, smallest).await.expect(200)["cancellation_notice_hours"], 0);
}

#[actix_web::test]
async fn of_two_availabilities_with_one_tag_the_second_is_rejected() {
    let (_, tutor, _) = pair().await;
    let seen = tag(&tutor, PATH).await;
    let known = TestRequest::get().uri(PATH).insert_header(("If-None-Match", seen.clone()));
    tutor.send(known).await.expect(304);
    let first = send_if(&tutor, TestRequest::put(), PATH, &seen, json!({ "buffer_minutes": 10 })).await;
    assert_ne!(first.header("etag"), Some(seen.as_str()));
    first.expect(200);
    let second = send_if(&tutor, TestRequest::put(), PATH, &seen, json!({ "buffer_minutes": 20 })).await;
    let problem = expect_problem(second, 412, "precondition_failed");
    assert_eq!(problem["detail"], "The availability has changed since the version in If-Match");
    assert_eq!(tutor.get(PATH).await.expect(200)["buffer_minutes"], 10);
}

#[actix_web::test]
async fn only_tutors_have_an_availability() {
    let (_, _, student) = pair().await;
    expect_problem(student.get(PATH).await, 403, "role_required");
    expect_problem(student.put(PATH, json!({})).await, 403, "role_required");
}
