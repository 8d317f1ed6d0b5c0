mod access;
mod children;
mod claims;
mod guardians;

use serde_json::{Value, json};

use crate::support::Actor;

/// Creates a child without a login.
async fn child(parent: &Actor, name: &str) -> Value {
    let body = json!({ "first_name": name, "grade_level": "Grade 4", "date_of_birth": "2016-02-29" });
    parent.post("/api/parent/children", body).await.expect(201)
}

/// Invites a student.
pub(crate) async fn invite(parent: &Actor, student: &Actor) -> crate::support::Answer {
    parent.post("/api/parent/children", json!({ "email": student.user["email"] })).await
}

/// Answers the first guardianship in a student's list.
pub(crate) async fn answer(student: &Actor, status: &str) -> crate::support::Answer {
    let guardians = student.get("/api/student/guardians").await.expect(200);
    let path = format!("/api/student/guardians/{}", guardians["guardians"][0]["id"]);
    student.put(&path, json!({ "status": status })).await
}
