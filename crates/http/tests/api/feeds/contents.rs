use calcard::icalendar::{ICalendarProperty, ICalendarStatus, ICalendarTransparency};
use chrono::TimeDelta;
use serde_json::json;

use super::{Course, feed, parse, text, values};
use crate::support::TestApp;

#[actix_web::test]
async fn a_feed_of_busy_times_reveals_nothing_but_times() {
    let (app, anonymous) = TestApp::start().await;
    let course = Course::booked(&app).await;
    let busy = text(anonymous.get(&feed(&course.tutor, json!({ "scope": "busy" })).await).await);
    assert_eq!(values(&busy, "SUMMARY"), ["Busy", "Busy"]);
    assert_eq!(values(&busy, "DTSTART"), ["20260202T070000Z", "20260203T070000Z"]);
    assert_eq!(values(&busy, "DTEND"), ["20260202T083000Z", "20260203T083000Z"]);
    for detail in ["Sara", "Kebede", "Tigist", "Algebra", "LOCATION", "Bole", "example.com"] {
        assert!(!busy.contains(detail), "{detail}: {busy}");
    }
}

#[actix_web::test]
async fn another_parser_reads_a_feed_as_it_was_written() {
    let (app, anonymous) = TestApp::start().await;
    let course = Course::booked(&app).await;
    let text = text(anonymous.get(&feed(&course.student, json!({ "name": "Sara, ሳራ; \\n" })).await).await);
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert!(text.replace("\r\n", "").chars().all(|c| !c.is_control()), "{text}");
    assert!(!text.contains("METHOD") && !text.contains("RRULE"), "{text}");
    let calendar = parse(&text);
    let value = |component: usize, property: ICalendarProperty| {
        let value = &calendar.components[component].property(&property).unwrap().values[0];
        value.as_text().map(str::to_owned)
    };
    assert_eq!(value(0, ICalendarProperty::Name).as_deref(), Some("Sara, ሳራ; \\n"));
    let title = "Algebra, part 1; የሂሳብ ትምህርት ለሁለተኛ ደረጃ ተማሪዎች with Tigist";
    assert_eq!(value(1, ICalendarProperty::Summary).as_deref(), Some(title));
    assert_eq!(value(1, ICalendarProperty::Location).as_deref(), Some("Bole, Addis Ababa"));
    assert!(!calendar.components[2].has_property(&ICalendarProperty::Location));
    assert_eq!(calendar.components.iter().map(|component| component.entries.len()).collect::<Vec<_>>(), [7, 11, 10]);
    for event in &calendar.components[1..] {
        assert_eq!(event.status(), Some(&ICalendarStatus::Confirmed));
        assert_eq!(event.transparency(), Some(&ICalendarTransparency::Opaque));
        let instant = |property| event.property(&property).unwrap().values[0].as_partial_date_time().unwrap();
        let times = [ICalendarProperty::Dtstart, ICalendarProperty::Dtend].map(|name| instant(name).to_timestamp());
        assert_eq!(times[1].unwrap() - times[0].unwrap(), 90 * 60);
    }
    assert_ne!(calendar.components[1].uid(), calendar.components[2].uid());
}

#[actix_web::test]
async fn a_feed_changes_with_its_sessions_only() {
    let (app, anonymous) = TestApp::start().await;
    let course = Course::booked(&app).await;
    let path = feed(&course.student, json!({})).await;
    let read = async || text(anonymous.get(&path).await);
    let first = read().await;
    app.clock.advance(TimeDelta::minutes(10));
    assert_eq!(read().await, first);
    assert_eq!(values(&first, "SEQUENCE"), ["1", "0"]);
    assert_eq!(values(&first, "DTSTAMP"), ["20260130T050000Z"; 2]);

    let moved = json!({ "start_time": "15:00", "end_time": "16:30" });
    course.tutor.patch(&course.sessions[1], moved).await.expect(200);
    let second = read().await;
    assert_eq!(values(&second, "SEQUENCE"), ["1", "1"]);
    assert_eq!(values(&second, "UID"), values(&first, "UID"));
    assert_eq!(values(&second, "DTSTART"), ["20260202T070000Z", "20260203T120000Z"]);
    for stamp in ["DTSTAMP", "LAST-MODIFIED"] {
        assert_eq!(values(&second, stamp), ["20260130T050000Z", "20260130T051000Z"]);
    }
    assert_eq!(values(&second, "CREATED"), ["20260130T050000Z"; 2]);

    course.student.post(&format!("{}/cancel", course.sessions[0]), json!({})).await.expect(200);
    let third = read().await;
    assert_eq!(values(&third, "STATUS"), ["CANCELLED", "CONFIRMED"]);
    assert_eq!(values(&third, "TRANSP"), ["TRANSPARENT", "OPAQUE"]);
    assert_eq!(values(&third, "SEQUENCE"), ["2", "1"]);
    assert_eq!(values(&third, "UID"), values(&first, "UID"));
    app.clock.advance(TimeDelta::days(60) - TimeDelta::seconds(1));
    assert_eq!(read().await, third);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(values(&read().await, "UID"), values(&first, "UID")[1..]);
}
