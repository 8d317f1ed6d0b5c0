//! The tables, as the migrations make them. Generated columns, which only operators read, are left out.

diesel::table! {
    users (id) {
        id -> BigInt,
        email -> Nullable<Text>,
        username -> Nullable<Text>,
        username_folded -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        father_name -> Nullable<Text>,
        grandfather_name -> Nullable<Text>,
        display_name -> Text,
        display_name_folded -> Text,
        phone -> Nullable<Text>,
        date_of_birth -> Nullable<Date>,
        roles -> Text,
        active_role -> Nullable<Text>,
        time_zone -> Text,
        is_private -> Bool,
        profile_picture -> Nullable<Text>,
        is_active -> Bool,
        email_verified -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    name_endings (ending, user_id) {
        ending -> Text,
        user_id -> BigInt,
    }
}

diesel::table! {
    student_profiles (id) {
        id -> BigInt,
        user_id -> BigInt,
        grade_level -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    tutor_profiles (id) {
        id -> BigInt,
        user_id -> BigInt,
        bio -> Nullable<Text>,
        quote -> Nullable<Text>,
        subjects -> Text,
        languages -> Text,
        grade_levels -> Text,
        session_format -> Nullable<Text>,
        location -> Nullable<Text>,
        is_active -> Bool,
        price_min_cents -> Nullable<BigInt>,
        price_max_cents -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    tutor_terms (kind, term, tutor_id) {
        kind -> Text,
        term -> Text,
        tutor_id -> BigInt,
    }
}

diesel::table! {
    parent_profiles (id) {
        id -> BigInt,
        user_id -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    auth_sessions (id) {
        id -> BigInt,
        user_id -> BigInt,
        user_agent -> Nullable<Text>,
        ip_address -> Nullable<Text>,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> BigInt,
        session_id -> BigInt,
        token_digest -> Text,
        issued_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    calendars (user_id) {
        user_id -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    guardianships (id) {
        id -> BigInt,
        parent_user_id -> BigInt,
        student_id -> BigInt,
        status -> Text,
        origin -> Text,
        created_at -> Timestamp,
        created_from -> Nullable<Text>,
        responded_by -> Nullable<BigInt>,
        responded_at -> Nullable<Timestamp>,
        responded_from -> Nullable<Text>,
        ended_by -> Nullable<BigInt>,
        ended_at -> Nullable<Timestamp>,
        ended_from -> Nullable<Text>,
    }
}

diesel::table! {
    account_claims (id) {
        id -> BigInt,
        user_id -> BigInt,
        code_digest -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
        created_from -> Nullable<Text>,
        expires_at -> Timestamp,
        claimed_at -> Nullable<Timestamp>,
        claimed_from -> Nullable<Text>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    connections (id) {
        id -> BigInt,
        user_id_1 -> BigInt,
        user_id_2 -> BigInt,
        connection_type -> Text,
        status -> Text,
        initiated_by -> BigInt,
        connection_message -> Nullable<Text>,
        created_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    follow_acceptances (user_id) {
        user_id -> BigInt,
        done_through -> BigInt,
    }
}

diesel::table! {
    connection_counters (user_id) {
        user_id -> BigInt,
        followers_count -> BigInt,
        following_count -> BigInt,
        friends_count -> BigInt,
        pending_received_count -> BigInt,
        pending_sent_count -> BigInt,
        blocked_count -> BigInt,
    }
}

diesel::table! {
    tutor_packages (id) {
        id -> BigInt,
        tutor_id -> BigInt,
        name -> Text,
        description -> Nullable<Text>,
        hourly_rate_cents -> BigInt,
        currency -> Text,
        subjects -> Text,
        course_ids -> Text,
        grade_level -> Text,
        session_format -> Nullable<Text>,
        schedule_type -> Text,
        schedule_days -> Text,
        start_time -> Nullable<Time>,
        end_time -> Nullable<Time>,
        session_count -> Nullable<Integer>,
        is_active -> Bool,
        archived_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    requested_sessions (id) {
        id -> BigInt,
        tutor_id -> BigInt,
        requester_id -> BigInt,
        requester_type -> Text,
        #[sql_name = "requested_to_id"]
        student_id -> BigInt,
        package_id -> Nullable<BigInt>,
        package_name -> Nullable<Text>,
        package_price_cents -> Nullable<BigInt>,
        package_session_count -> Nullable<Integer>,
        currency -> Text,
        status -> Text,
        message -> Nullable<Text>,
        preferred_schedule -> Nullable<Text>,
        schedule_type -> Nullable<Text>,
        year_range -> Text,
        months -> Text,
        days -> Text,
        specific_dates -> Text,
        start_time -> Nullable<Time>,
        end_time -> Nullable<Time>,
        time_zone -> Text,
        starts_on -> Nullable<Date>,
        weeks -> Nullable<Integer>,
        counter_offer_price_cents -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        updated_at -> Timestamp,
        responded_at -> Nullable<Timestamp>,
        rejected_reason -> Nullable<Text>,
        rejected_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    enrolled_students (id) {
        id -> BigInt,
        tutor_id -> BigInt,
        student_id -> BigInt,
        package_id -> Nullable<BigInt>,
        request_id -> BigInt,
        agreed_price_cents -> Nullable<BigInt>,
        currency -> Text,
        payment_status -> Text,
        payment_due_date -> Date,
        status -> Text,
        enrolled_at -> Timestamp,
    }
}

diesel::table! {
    enrolled_courses (id) {
        id -> BigInt,
        tutor_id -> BigInt,
        student_id -> BigInt,
        package_id -> Nullable<BigInt>,
        request_id -> BigInt,
        enrolment_id -> BigInt,
        status -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        enrolled_courses_id -> BigInt,
        series_index -> Integer,
        tutor_user_id -> BigInt,
        student_user_id -> BigInt,
        session_date -> Date,
        start_time -> Time,
        end_time -> Time,
        time_zone -> Text,
        zone_rules -> Text,
        series_date -> Date,
        is_exception -> Bool,
        rescheduled_at -> Nullable<Timestamp>,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        duration -> Integer,
        dst -> Nullable<Text>,
        topics -> Text,
        topics_covered -> Text,
        session_mode -> Text,
        location -> Nullable<Text>,
        status -> Text,
        priority_level -> Text,
        cancelled_at -> Nullable<Timestamp>,
        cancelled_by_user_id -> Nullable<BigInt>,
        cancellation_reason -> Nullable<Text>,
        cancelled_late -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    conversations (id) {
        id -> BigInt,
        #[sql_name = "type"]
        kind -> Text,
        name -> Nullable<Text>,
        avatar_url -> Nullable<Text>,
        created_by_user_id -> BigInt,
        direct_user_low -> Nullable<BigInt>,
        direct_user_high -> Nullable<BigInt>,
        last_seq -> BigInt,
        last_message_at -> Timestamp,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    conversation_participants (conversation_id, user_id) {
        conversation_id -> BigInt,
        user_id -> BigInt,
        role -> Text,
        is_muted -> Bool,
        is_archived -> Bool,
        last_read_seq -> BigInt,
        last_read_at -> Nullable<Timestamp>,
        unread_count -> BigInt,
        receipt_seq -> BigInt,
        receipt_at -> Nullable<Timestamp>,
        has_written -> Bool,
        joined_at -> Timestamp,
        joined_seq -> BigInt,
    }
}

diesel::table! {
    chat_messages (id) {
        id -> BigInt,
        conversation_id -> BigInt,
        seq -> BigInt,
        sender_user_id -> BigInt,
        message_type -> Text,
        content -> Nullable<Text>,
        media_url -> Nullable<Text>,
        media_metadata -> Nullable<Text>,
        session_request_id -> Nullable<BigInt>,
        reply_to_id -> Nullable<BigInt>,
        client_message_id -> Nullable<Text>,
        edited_at -> Nullable<Timestamp>,
        is_deleted -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    chat_settings (user_id) {
        user_id -> BigInt,
        who_can_message -> Text,
        read_receipts -> Bool,
        typing_indicators -> Bool,
        online_status -> Bool,
    }
}

diesel::joinable!(name_endings -> users (user_id));
diesel::joinable!(student_profiles -> users (user_id));
diesel::joinable!(tutor_profiles -> users (user_id));
diesel::joinable!(tutor_terms -> tutor_profiles (tutor_id));
diesel::joinable!(parent_profiles -> users (user_id));
diesel::joinable!(auth_sessions -> users (user_id));
diesel::joinable!(refresh_tokens -> auth_sessions (session_id));
diesel::joinable!(calendars -> users (user_id));
diesel::joinable!(guardianships -> student_profiles (student_id));
diesel::joinable!(account_claims -> users (user_id));
diesel::joinable!(follow_acceptances -> users (user_id));
diesel::joinable!(connection_counters -> users (user_id));
diesel::joinable!(tutor_packages -> tutor_profiles (tutor_id));
diesel::joinable!(requested_sessions -> tutor_profiles (tutor_id));
diesel::joinable!(requested_sessions -> users (requester_id));
diesel::joinable!(requested_sessions -> student_profiles (student_id));
diesel::joinable!(requested_sessions -> tutor_packages (package_id));
diesel::joinable!(enrolled_students -> tutor_profiles (tutor_id));
diesel::joinable!(enrolled_students -> student_profiles (student_id));
diesel::joinable!(enrolled_students -> tutor_packages (package_id));
diesel::joinable!(enrolled_students -> requested_sessions (request_id));
diesel::joinable!(enrolled_courses -> tutor_profiles (tutor_id));
diesel::joinable!(enrolled_courses -> student_profiles (student_id));
diesel::joinable!(enrolled_courses -> tutor_packages (package_id));
diesel::joinable!(enrolled_courses -> requested_sessions (request_id));
diesel::joinable!(enrolled_courses -> enrolled_students (enrolment_id));
diesel::joinable!(sessions -> enrolled_courses (enrolled_courses_id));
diesel::joinable!(conversation_participants -> conversations (conversation_id));
diesel::joinable!(conversation_participants -> users (user_id));
diesel::joinable!(chat_messages -> conversations (conversation_id));
diesel::joinable!(chat_messages -> users (sender_user_id));
diesel::joinable!(chat_messages -> requested_sessions (session_request_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    name_endings,
    student_profiles,
    tutor_profiles,
    tutor_terms,
    parent_profiles,
    auth_sessions,
    refresh_tokens,
    calendars,
    guardianships,
    account_claims,
    connections,
    follow_acceptances,
    connection_counters,
    tutor_packages,
    requested_sessions,
    enrolled_students,
    enrolled_courses,
    sessions,
    conversations,
    conversation_participants,
    chat_messages,
    chat_settings,
);
