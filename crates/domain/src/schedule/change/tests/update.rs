use chrono_tz::Tz;

use super::*;
use crate::change::Change;
use crate::schedule::fixtures::{PARENT, STUDENT, date, facts_of, series, session, slot, time};
use crate::schedule::{Dst, PriorityLevel, SessionMode, SessionStatus};

fn moved(date: &str, start: &str, end: &str) -> SessionUpdate {
    let time =
        Move { date: Some(date.parse().unwrap()), start: Some(time(start)), end: Some(time(end)), ..Move::default() };
    SessionUpdate { time, ..SessionUpdate::default() }
}

fn concluded(outcome: Outcome) -> SessionUpdate {
    SessionUpdate { outcome: Some(outcome), ..SessionUpdate::default() }
}

#[test]
fn a_session_that_is_moved_on_its_own_leaves_the_series() {
    let update = SessionUpdate { reason: Some("Holiday".to_owned()), ..moved("2026-02-03", "14:00", "15:30") };
    let change = changed(&session(0), &update);
    let expected = SessionChange {
        kind: ChangeKind::Rescheduled,
        before: session(0),
        after: Session {
            occurrence: Occurrence::at(Tz::Africa__Addis_Ababa, date("2026-02-03"), slot("14:00", "15:30")),
            is_exception: true,
            rescheduled_at: Some(now()),
            version: 1,
            updated_at: now(),
            ..session(0)
        },
        reason: Some("Holiday".to_owned()),
    };
    assert_eq!(change, expected);
    assert_eq!(change.after.series_date, date("2026-02-02"));
    assert_eq!(change.fields(), [ChangedField::SessionDate, ChangedField::StartTime, ChangedField::EndTime]);
    assert!(change.is_move() && change.is_resolved_anew());
}

#[test]
fn parts_of_the_time_that_are_not_given_stay() {
    let update = |time| SessionUpdate { time, ..SessionUpdate::default() };
    let occurrence = |time: Move| {
        let change = changed(&session(0), &update(time));
        (change.after.occurrence.date.to_string(), change.after.occurrence.slot, change.fields())
    };
    let later = Move { end: Some(time("12:00")), ..Move::default() };
    let expected = ("2026-02-02".to_owned(), slot("10:00", "12:00"), vec![ChangedField::EndTime]);
    assert_eq!(occurrence(later), expected);
    let tomorrow = Move { date: Some(date("2026-02-03")), ..Move::default() };
    let expected = ("2026-02-03".to_owned(), slot("10:00", "11:00"), vec![ChangedField::SessionDate]);
    assert_eq!(occurrence(tomorrow), expected);
}

#[test]
fn a_session_ends_after_it_starts_unless_it_may_last_overnight() {
    let facts = facts_of(vec![session(0)]);
    let overnight = |update: SessionUpdate, overnight| SessionUpdate {
        time: Move { overnight: Some(overnight), ..update.time },
        ..update
    };
    let back = moved("2026-02-02", "23:00", "01:00");
    assert_eq!(violations(&facts, &back), [("end_time".to_owned(), "before_start")]);
    assert_eq!(violations(&facts, &overnight(back.clone(), false)), [("end_time".to_owned(), "before_start")]);
    let empty = overnight(moved("2026-02-02", "23:00", "23:00"), true);
    assert_eq!(violations(&facts, &empty), [("end_time".to_owned(), "before_start")]);

    let night = changed(&session(0), &overnight(back, true)).after;
    assert_eq!(night.occurrence.slot, slot("23:00", "01:00"));
    assert_eq!(night.occurrence.ends_at, instant("2026-02-02T22:00:00Z"));
    // A session that lasts overnight may go on doing so.
    let later =
        SessionUpdate { time: Move { end: Some(time("02:00")), ..Move::default() }, ..SessionUpdate::default() };
    assert_eq!(changed(&night, &later).after.occurrence.slot, slot("23:00", "02:00"));
    let short = overnight(later, false);
    assert_eq!(violations(&facts_of(vec![night]), &short), [("end_time".to_owned(), "before_start")]);
}

#[test]
fn a_session_goes_on_lasting_overnight_unless_both_times_are_new() {
    let [night] = series(Tz::UTC, "2026-02-02", "23:00", "01:00", 1).try_into().unwrap();
    let update = |time| SessionUpdate { time, ..SessionUpdate::default() };
    let slot_after = |time| changed(&night, &update(time)).after.occurrence.slot;
    assert_eq!(slot_after(Move { start: Some(time("22:00")), ..Move::default() }), slot("22:00", "01:00"));
    assert_eq!(slot_after(Move { end: Some(time("02:00")), ..Move::default() }), slot("23:00", "02:00"));
    assert_eq!(slot_after(Move { date: Some(date("2026-02-03")), ..Move::default() }), slot("23:00", "01:00"));
    let both = moved("2026-02-02", "22:00", "02:00");
    let facts = facts_of(vec![night.clone()]);
    assert_eq!(violations(&facts, &both), [("end_time".to_owned(), "before_start")]);
    assert_eq!(slot_after(Move { overnight: Some(true), ..both.time }), slot("22:00", "02:00"));
    assert_eq!(slot_after(moved("2026-02-02", "10:00", "11:00").time), slot("10:00", "11:00"));

    let alone = |overnight| update(Move { overnight: Some(overnight), ..Move::default() });
    assert_eq!(violations(&facts, &alone(false)), [("end_time".to_owned(), "before_start")]);
    assert_eq!(plan(&facts, &alone(true)), None);
}

#[test]
fn a_session_whose_end_alone_is_moved_is_not_rescheduled_anew() {
    let longer = |session: &Session| {
        let time = Move { end: Some(time("12:00")), ..Move::default() };
        changed(session, &SessionUpdate { time, ..SessionUpdate::default() })
    };
    let change = longer(&session(0));
    assert_eq!((change.kind, change.is_move()), (ChangeKind::Rescheduled, true));
    assert_eq!(change.after.rescheduled_at, None);
    let earlier = Some(now() - chrono::TimeDelta::days(1));
    let moved_before = Session { rescheduled_at: earlier, ..session(0) };
    assert_eq!(longer(&moved_before).after.rescheduled_at, earlier);
    assert_eq!(changed(&moved_before, &moved("2026-02-02", "09:00", "11:00")).after.rescheduled_at, Some(now()));
}

#[test]
fn a_student_who_sends_a_time_is_told_that_only_tutors_move_sessions() {
    let refusal = |time: Move, user| {
        let update = SessionUpdate { time, topics: Some(Vec::new()), ..SessionUpdate::default() };
        match plan_update(&facts_of(vec![session(0)]), user, &update, now()) {
            Err(SessionChangeError::Refused(refusal)) => refusal,
            other => panic!("the update is not refused: {other:?}"),
        }
    };
    for user in [STUDENT, PARENT] {
        assert_eq!(refusal(Move::default(), user), ActionRefusal::TutorOnly(SessionAction::Edit));
        for time in every_part() {
            assert_eq!(refusal(time, user), ActionRefusal::TutorOnly(SessionAction::Reschedule), "{time:?}");
        }
    }
    let cancelled = facts_of(vec![Session { status: SessionStatus::Cancelled, ..session(0) }]);
    let outcome = plan_update(&cancelled, TUTOR, &moved("2026-02-03", "10:00", "11:00"), now());
    let expected = ActionRefusal::Status(SessionAction::Edit, SessionStatus::Cancelled);
    assert!(matches!(outcome, Err(SessionChangeError::Refused(refusal)) if refusal == expected));
}

/// The parts of a new time, each of which alone requests a move.
fn every_part() -> [Move; 4] {
    [
        Move { date: Some(date("2026-02-03")), ..Move::default() },
        Move { start: Some(time("09:00")), ..Move::default() },
        Move { end: Some(time("12:00")), ..Move::default() },
        Move { overnight: Some(false), ..Move::default() },
    ]
}

#[test]
fn an_update_that_changes_nothing_has_no_plan() {
    let facts = facts_of(vec![session(0), session(1)]);
    let same = SessionUpdate {
        topics: Some(session(0).topics),
        topics_covered: Some(Vec::new()),
        mode: Some(SessionMode::Online),
        location: Change::Clear,
        priority: Some(PriorityLevel::Medium),
        reason: Some("None".to_owned()),
        ..moved("2026-02-02", "10:00", "11:00")
    };
    for scope in [Scope::This, Scope::Following] {
        assert_eq!(plan(&facts, &SessionUpdate { scope, ..same.clone() }), None);
    }
    assert_eq!(plan(&facts, &SessionUpdate::default()), None);
}

#[test]
fn an_edit_changes_what_it_gives_and_is_no_move() {
    let update = SessionUpdate {
        topics: Some(vec!["Decimals".to_owned()]),
        topics_covered: Some(vec!["Fractions".to_owned()]),
        mode: Some(SessionMode::Hybrid),
        location: Change::Set("Library".to_owned()),
        priority: Some(PriorityLevel::Urgent),
        ..SessionUpdate::default()
    };
    let change = changed(&session(0), &update);
    let after = Session {
        topics: vec!["Decimals".to_owned()],
        topics_covered: vec!["Fractions".to_owned()],
        mode: SessionMode::Hybrid,
        location: Some("Library".to_owned()),
        priority: PriorityLevel::Urgent,
        version: 1,
        updated_at: now(),
        ..session(0)
    };
    assert_eq!((change.kind, &change.after), (ChangeKind::Edited, &after));
    let fields = [
        ChangedField::Topics,
        ChangedField::TopicsCovered,
        ChangedField::SessionMode,
        ChangedField::Location,
        ChangedField::PriorityLevel,
    ];
    assert_eq!(change.fields(), fields);
    assert!(!change.is_move() && !change.is_resolved_anew());
    let cleared = changed(&after, &SessionUpdate { location: Change::Clear, ..SessionUpdate::default() });
    assert_eq!((cleared.after.location, cleared.after.version), (None, 2));
}

#[test]
fn a_session_is_never_last_changed_before_it_was() {
    let updated_at = now() + chrono::TimeDelta::seconds(1);
    let later = Session { updated_at, ..session(0) };
    assert_eq!(changed(&later, &moved("2026-02-03", "10:00", "11:00")).after.updated_at, updated_at);
}

#[test]
fn an_outcome_excludes_a_new_time_and_later_sessions() {
    let facts = facts_of(vec![session(0)]);
    for time in every_part() {
        let both = SessionUpdate { time, ..concluded(Outcome::Completed) };
        assert_eq!(violations(&facts, &both), [("status".to_owned(), "ambiguous")]);
    }
    let following = SessionUpdate { scope: Scope::Following, ..moved("2026-02-03", "10:00", "11:00") };
    let all = SessionUpdate { outcome: Some(Outcome::NoShow), ..following.clone() };
    let expected = [("status".to_owned(), "ambiguous"), ("scope".to_owned(), "ambiguous")];
    assert_eq!(violations(&facts, &all), expected);
    assert_eq!(codes(&all.contradictions()), expected, "no session is needed to find them");
    assert!(following.contradictions().is_empty() && concluded(Outcome::NoShow).contradictions().is_empty());
}

/// A session that began two days ago.
fn begun(status: SessionStatus) -> Session {
    let [session] = series(Tz::UTC, "2026-01-28", "10:00", "11:00", 1).try_into().unwrap();
    Session { status, ..session }
}

#[test]
fn a_session_that_has_begun_is_concluded_and_the_outcome_corrected() {
    use SessionStatus::{Completed, InProgress, NoShow, Scheduled};
    for (from, outcome, to, kind) in [
        (Scheduled, Outcome::Completed, Completed, ChangeKind::Completed),
        (InProgress, Outcome::Completed, Completed, ChangeKind::Completed),
        (NoShow, Outcome::Completed, Completed, ChangeKind::Completed),
        (Scheduled, Outcome::NoShow, NoShow, ChangeKind::NoShow),
        (InProgress, Outcome::NoShow, NoShow, ChangeKind::NoShow),
        (Completed, Outcome::NoShow, NoShow, ChangeKind::NoShow),
    ] {
        let change = changed(&begun(from), &concluded(outcome));
        assert_eq!((change.kind, change.after.status, change.after.version), (kind, to, 1));
        assert_eq!((change.fields(), change.is_move()), (vec![ChangedField::Status], false));
        assert_eq!(change.after.rescheduled_at, None);
    }
}

#[test]
fn a_repeated_outcome_changes_nothing_but_what_is_edited_with_it() {
    for (status, outcome) in [(SessionStatus::Completed, Outcome::Completed), (SessionStatus::NoShow, Outcome::NoShow)]
    {
        assert_eq!(plan(&facts_of(vec![begun(status)]), &concluded(outcome)), None);
        let covered = SessionUpdate { topics_covered: Some(vec!["Sums".to_owned()]), ..concluded(outcome) };
        let change = changed(&begun(status), &covered);
        assert_eq!((change.kind, change.fields()), (ChangeKind::Edited, vec![ChangedField::TopicsCovered]));
    }
}

#[test]
fn a_move_into_a_gap_is_shifted_and_keeps_its_length() {
    let [sunday] = series(Tz::America__New_York, "2026-03-08", "12:00", "13:00", 1).try_into().unwrap();
    let gap = changed(&sunday, &moved("2026-03-08", "02:30", "03:30")).after;
    assert_eq!(gap.occurrence.dst, Some(Dst::Gap));
    assert_eq!(gap.occurrence.period().starts_at, instant("2026-03-08T07:30:00Z"));
    assert_eq!(gap.occurrence.period().ends_at, instant("2026-03-08T08:30:00Z"));

    // Another time on the wall clock may be the same instant, with which no other session can clash.
    let facts = facts_of(vec![gap.clone()]);
    let same = plan(&facts, &moved("2026-03-08", "03:30", "04:30")).unwrap();
    let [change] = same.changes.as_slice() else { panic!("there are several changes") };
    assert_eq!((change.kind, change.is_move(), change.is_resolved_anew()), (ChangeKind::Rescheduled, false, true));
    assert_eq!(change.after.rescheduled_at, gap.rescheduled_at);
    assert!(same.moves().is_empty());
}

#[test]
fn topics_are_distinct_texts_of_limited_number_and_length() {
    let topics = |texts: &[&str]| parse_topics(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert_eq!(topics(&["Sums", "", " ", "Sums", "Powers"]), Ok(vec!["Sums".to_owned(), "Powers".to_owned()]));
    assert_eq!(topics(&["a"; 20]), Ok(vec!["a".to_owned()]));
    assert_eq!(topics(&["a"; 21]).unwrap_err().code, "too_many");
    assert_eq!(topics(&[&"a".repeat(2000)]).unwrap()[0].len(), 2000);
    assert_eq!(topics(&[&"a".repeat(2001)]).unwrap_err().code, "too_long");
}

#[test]
fn kinds_fields_and_parameters_have_their_names_of_the_api() {
    use strum::VariantArray;
    let kinds: Vec<_> = ChangeKind::VARIANTS.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, ["created", "edited", "rescheduled", "cancelled", "completed", "no_show", "zone_rules"]);
    let fields: Vec<_> = ChangedField::VARIANTS.iter().map(|field| field.as_str()).collect();
    #[rustfmt::skip]
    let expected = [
        "session_date", "start_time", "end_time", "topics", "topics_covered", "session_mode", "location",
        "priority_level", "status",
    ];
    assert_eq!(fields, expected);
    assert_eq!((ChangeKind::VARIANTS.len(), "zone_rules".parse()), (7, Ok(ChangeKind::ZoneRules)));
    assert_eq!(("this".parse(), "following".parse()), (Ok(Scope::This), Ok(Scope::Following)));
    assert_eq!(("completed".parse(), "no_show".parse()), (Ok(Outcome::Completed), Ok(Outcome::NoShow)));
}
