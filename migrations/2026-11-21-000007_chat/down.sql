DROP TABLE chat_settings;
DROP TABLE chat_messages;
DROP TABLE conversation_participants;
DROP TABLE conversations;
