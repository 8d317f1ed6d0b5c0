mod acceptance;
mod access;
mod creation;
