use serde_json::{Value, json};

use super::{conversation, direct, each, found, messages, send, write};
use crate::families::{answer, invite};
use crate::support::{Actor, TestApp, expect_problem, fields};

/// Makes a parent the guardian of a student who has an account.
async fn guard(parent: &Actor, student: &Actor) {
    invite(parent, student).await.expect(201);
    answer(student, "accepted").await.expect(200);
}

async fn conversations_of(parent: &Actor, student: &Actor) -> Value {
    let path = format!("/api/chat/conversations?student_id={}", student.profile("student"));
    parent.get(&path).await.expect(200)
}

#[actix_web::test]
async fn a_guardian_reads_a_childs_conversations_with_tutors_and_cannot_write() {
    let (app, _) = TestApp::start().await;
    let (parent, student, tutor, friend) =
        (app.parent().await, app.student().await, app.tutor().await, app.student().await);
    let lessons = direct(&student, &tutor).await;
    let sent = write(&student, &lessons, "Hello").await;
    let private = direct(&student, &friend).await;
    let group = found(&student, "Chess", &[&tutor, &friend]).await.expect(200)["conversation_id"].clone();
    assert_eq!(conversations_of(&parent, &student).await["total"], 0);
    guard(&parent, &student).await;

    let listed = conversations_of(&parent, &student).await;
    let rows = listed["conversations"].as_array().unwrap();
    assert_eq!((&listed["total"], each(rows, "id")), (&json!(1), vec![lessons.clone()]));
    assert_eq!((each(rows, "is_read_only"), each(rows, "guardians_can_read")), (vec![json!(true)], vec![json!(true)]));
    assert_eq!(parent.get("/api/chat/conversations").await.expect(200)["total"], 0);
    for (conversation_id, is_shared) in [(&lessons, true), (&private, false), (&group, false)] {
        assert_eq!(conversation(&student, conversation_id).await["guardians_can_read"], is_shared);
    }
    let read = conversation(&parent, &lessons).await;
    assert_eq!((&read["is_read_only"], read["participants"].as_array().unwrap().len()), (&json!(true), 2));
    let seen = messages(&parent, &lessons).await;
    assert_eq!((each(&seen, "content"), each(&seen, "is_mine")), (vec![json!("Hello")], vec![json!(false)]));
    let path = format!("/api/chat/conversations/{lessons}");
    parent.get(&format!("{path}/read-status")).await.expect(200);

    expect_problem(send(&parent, &lessons, "Hello").await, 403, "not_a_participant");
    expect_problem(parent.post(&format!("{path}/read"), json!({})).await, 403, "not_a_participant");
    expect_problem(parent.patch(&path, json!({ "is_muted": true })).await, 403, "not_a_participant");
    let message = format!("/api/chat/messages/{}", sent["id"]);
    expect_problem(parent.put(&message, json!({ "content": "Bye" })).await, 403, "not_a_participant");
    expect_problem(parent.delete(&message).await, 403, "not_a_participant");
    for hidden in [private, group] {
        let path = format!("/api/chat/conversations/{hidden}");
        expect_problem(parent.get(&path).await, 403, "not_a_participant");
        expect_problem(parent.get(&format!("/api/chat/messages/{hidden}")).await, 403, "not_a_participant");
    }
}

#[actix_web::test]
async fn only_a_guardian_reads_along_and_only_while_being_one() {
    let (app, _) = TestApp::start().await;
    let (parent, student, tutor, stranger) =
        (app.parent().await, app.student().await, app.tutor().await, app.parent().await);
    let lessons = direct(&student, &tutor).await;
    guard(&parent, &student).await;
    let path = format!("/api/chat/conversations/{lessons}");
    parent.get(&path).await.expect(200);
    expect_problem(stranger.get(&path).await, 403, "not_a_participant");
    for outsider in [&stranger, &tutor] {
        assert_eq!(conversations_of(outsider, &student).await["total"], 0);
    }
    parent.delete(&format!("/api/parent/children/{}", student.profile("student"))).await.expect(204);
    expect_problem(parent.get(&path).await, 403, "not_a_participant");
    assert_eq!(conversations_of(&parent, &student).await["total"], 0);
    for id in ["0", "x"] {
        let path = format!("/api/chat/conversations?student_id={id}");
        assert_eq!(fields(&parent.get(&path).await.expect(422)), ["student_id"]);
    }
}
