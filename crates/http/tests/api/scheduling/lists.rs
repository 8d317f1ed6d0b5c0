//! Lists of sessions by civil dates.

use serde_json::json;

use crate::support::{TestApp, dates, day};

#[actix_web::test]
async fn dates_of_a_list_are_those_of_the_callers_zone_and_include_the_last() {
    let (app, _) = TestApp::start().await;
    let tutor = app.tutor().await;
    let student = app.register(json!({ "role": "student", "time_zone": "America/New_York" })).await;
    // From 02:00 to 03:00 in Addis Ababa it is the evening before in New York.
    super::booked(&tutor, &student, dates(&[4], "02:00", "03:00")).await;
    for (actor, from, to, length) in [
        (&tutor, 4, 4, 1),
        (&tutor, 3, 3, 0),
        (&student, 3, 3, 1),
        (&student, 4, 4, 0),
        (&student, 2, 3, 1),
        (&student, 3, 4, 1),
    ] {
        let path = format!("/api/v1/sessions?from={}&to={}", day(from), day(to));
        assert_eq!(actor.get(&path).await.expect(200).as_array().unwrap().len(), length, "{path}");
    }
    let instants = format!("/api/v1/sessions?from={0}T23:59:59Z&to={0}T23:00:00Z", day(3));
    assert_eq!(student.get(&instants).await.expect(200), json!([]));
}
