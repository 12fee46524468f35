//! Journeys that need this machine: they watch a sink, kill or restart the program, or start it in their own way.

mod a2a;
mod addresses;
mod auth;
mod between;
mod between_schemas;
mod between_states;
mod cloud_events;
mod connections;
mod console;
mod controls;
mod cost;
mod damage;
mod demo;
mod failures;
mod fair_shares;
mod feeds;
mod frozen;
mod full_disk;
mod huginn;
mod huginn_faults;
mod huginn_sources;
mod logs;
mod mail;
mod outside;
mod persistent;
mod records;
mod restarts;
mod sample_agent;
mod schedules;
mod served;
mod services;
mod slow_tick;
mod starting;
mod traces;

use super::rookery;
