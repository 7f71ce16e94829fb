-- A tiny account, small enough to work every mart row out by hand. Runs unchanged on DuckDB and PostgreSQL.
-- Ada opens and clicks, Ben opens a day later, Cy unsubscribes, Dee's address bounces, Eve is deleted, one contact has SMS only.
-- Ada's first open comes four seconds after the send, and a link scanner before Eve's mailbox follows three links in two seconds.
create schema constant_contact;

create table constant_contact.account (
    encoded_account_id text, organization_name text, country_code text, state_code text, time_zone_id text, _dlt_load_id text
);
insert into constant_contact.account values ('acc', 'Harbor Books', 'US', 'NY', 'America/New_York', '1772900000.1');

create table constant_contact.contacts (
    contact_id text, first_name text, last_name text, create_source text,
    email_address__address text, email_address__permission_to_send text,
    email_address__opt_in_source text, email_address__opt_in_date timestamptz,
    email_address__opt_out_source text, email_address__opt_out_date timestamptz, email_address__opt_out_reason text,
    birthday_month bigint, created_at timestamptz, updated_at timestamptz, deleted_at date, _dlt_load_id text
);
insert into constant_contact.contacts values
('ada', 'Ada', 'Lane', 'Contact', 'ada@gmail.com', 'explicit', 'Contact', '2026-01-05T10:00:00Z', null, null, null, 12, '2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z', null, '1772900000.1'),
('ben', 'Ben', 'Roe', 'Account', 'Ben@Gmail.com', 'implicit', 'Account', '2026-01-20T10:00:00Z', null, null, null, null, '2026-01-20T10:00:00Z', '2026-01-20T10:00:00Z', null, '1772900000.1'),
('cy', 'Cy', 'Moss', 'Contact', 'cy@yahoo.com', 'unsubscribed', 'Contact', '2026-02-02T10:00:00Z', 'Contact', '2026-03-02T16:00:00Z', 'Too many mails', null, '2026-02-02T10:00:00Z', '2026-02-02T10:00:00Z', null, '1772900000.1'),
('dee', 'Dee', 'Park', 'Account', 'dee@yahoo.com', 'explicit', 'Account', '2026-02-02T11:00:00Z', null, null, null, null, '2026-02-02T11:00:00Z', '2026-02-02T11:00:00Z', null, '1772900000.1'),
('eve', 'Eve', 'Quill', 'Contact', 'eve@example.org', 'explicit', 'Contact', '2026-02-20T10:00:00Z', null, null, null, null, '2026-02-20T10:00:00Z', '2026-03-10T10:00:00Z', '2026-03-10', '1772900000.1'),
('sms', 'Flo', 'Tide', 'Contact', null, null, null, null, null, null, null, null, '2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z', null, '1772900000.1');

create table constant_contact.contacts__list_memberships (contact_id text, list_id text, _deleted boolean, _dlt_load_id text);
insert into constant_contact.contacts__list_memberships values
('ada', 'news', null, '1772900000.1'), ('ada', 'club', null, '1772900000.1'), ('ben', 'news', null, '1772900000.1'), ('dee', 'news', null, '1772900000.1');

create table constant_contact.contacts__taggings (contact_id text, tag_id text, _deleted boolean, _dlt_load_id text);
insert into constant_contact.contacts__taggings values ('ada', 'vip', null, '1772900000.1'), ('cy', 'vip', null, '1772900000.1');

create table constant_contact.custom_fields (
    custom_field_id text, name text, label text, type text, created_at timestamptz, _dlt_load_id text
);
insert into constant_contact.custom_fields values
('genre', 'genre', 'Genre', 'single_select', '2026-01-01T00:00:00Z', '1772900000.1'),
('shop', 'shop', 'Nearest shop', 'string', '2026-01-01T00:00:00Z', '1772900000.1');

create table constant_contact.custom_fields__choices (
    custom_field_id text, choice_id text, choice_label text, display_order bigint, _dlt_load_id text
);
insert into constant_contact.custom_fields__choices values
('genre', '1', 'Crime', 1, '1772900000.1'), ('genre', '2', 'Poetry', 2, '1772900000.1');

create table constant_contact.contacts__custom_fields (
    contact_id text, custom_field_id text, value text, choice_ids text, _deleted boolean, _dlt_load_id text
);
insert into constant_contact.contacts__custom_fields values
('ada', 'genre', null, '[1]', null, '1772900000.1'), ('ben', 'genre', null, '[2]', null, '1772900000.1'),
('eve', 'genre', null, '[1]', null, '1772900000.1'), ('dee', 'shop', 'Harbor Street', null, null, '1772900000.1');

create table constant_contact.contacts__street_addresses (
    contact_id text, street_address_id text, kind text, street text, city text, state text, postal_code text, country text,
    created_at timestamptz, updated_at timestamptz, _deleted boolean, _dlt_load_id text
);
insert into constant_contact.contacts__street_addresses values
('ada', 'a1', 'home', '1 Old Road', 'Boston', 'MA', null, 'United States', '2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z', null, '1772900000.1'),
('ada', 'a2', 'home', '2 New Road', 'New York', 'NY', null, 'United States', '2026-02-05T10:00:00Z', '2026-02-05T10:00:00Z', null, '1772900000.1'),
('ben', 'b1', 'work', null, 'Albany', 'NY', null, 'United States', '2026-01-20T10:00:00Z', '2026-01-20T10:00:00Z', null, '1772900000.1'),
('cy', 'c1', 'home', null, 'Hartford', 'CT', null, 'United States', '2026-02-02T10:00:00Z', '2026-02-02T10:00:00Z', null, '1772900000.1'),
('eve', 'e1', 'home', null, 'Hartford', 'CT', null, 'United States', '2026-02-20T10:00:00Z', '2026-02-20T10:00:00Z', null, '1772900000.1');

create table constant_contact.contact_lists (
    list_id text, name text, description text, favorite boolean, membership_count bigint,
    created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.contact_lists values
('news', 'Newsletter', 'Everyone', true, 3, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', null, '1772900000.1'),
('club', 'Reading club', null, false, 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', null, '1772900000.1'),
('old', 'Fair 2025', null, false, 0, '2025-06-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', '1772900000.1');

create table constant_contact.contact_tags (
    tag_id text, name text, tag_source text, contacts_count bigint, created_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.contact_tags values
('vip', 'VIP', 'Contact', 2, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', null, '1772900000.1');

create table constant_contact.segments (
    segment_id text, name text, segment_criteria text, created_at timestamptz, edited_at timestamptz, deleted_at timestamptz,
    _dlt_load_id text
);
insert into constant_contact.segments values
('7', 'Most engaged', '{"version":"1.0.0"}', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', null, '1772900000.1');

create table constant_contact.email_campaigns (
    campaign_id text, name text, type text, type_code bigint, current_status text, created_at timestamptz, updated_at timestamptz,
    _dlt_load_id text
);
insert into constant_contact.email_campaigns values
('spring', 'Spring titles', 'NEWSLETTER', 10, 'Done', '2026-03-01T09:00:00Z', '2026-03-05T14:00:00Z', '1772900000.1'),
('draft', 'Summer titles', 'NEWSLETTER', 10, 'Draft', '2026-03-06T09:00:00Z', '2026-03-06T09:00:00Z', '1772900000.1'),
('club', 'Club night', 'NEWSLETTER', 10, 'Done', '2026-03-08T09:00:00Z', '2026-03-09T15:00:00Z', '1772900000.1');

create table constant_contact.email_campaign_activities (
    campaign_activity_id text, campaign_id text, role text, current_status text, subject text, preheader text,
    from_name text, from_email text, reply_to_email text, contact_list_ids text, segment_ids text, format_type bigint,
    _dlt_load_id text
);
insert into constant_contact.email_campaign_activities values
('spring-1', 'spring', 'primary_email', 'DONE', '5 new titles, Ada?', 'Read first', 'Harbor Books', 'hi@harbor.example', 'hi@harbor.example', '["news"]', '[]', 5, '1772900000.1'),
('spring-2', 'spring', 'resend', 'DONE', 'Did you see our new titles', null, 'Harbor Books', 'hi@harbor.example', 'hi@harbor.example', '["news"]', '[]', 5, '1772900000.1'),
('spring-p', 'spring', 'permalink', 'DONE', '5 new titles, Ada?', null, 'Harbor Books', 'hi@harbor.example', 'hi@harbor.example', '[]', '[]', 5, '1772900000.1'),
('draft-1', 'draft', 'primary_email', 'DRAFT', 'Summer', null, 'Harbor Books', 'hi@harbor.example', 'hi@harbor.example', '[]', '[]', 5, '1772900000.1'),
('club-1', 'club', 'primary_email', 'DONE', 'Club night', null, 'Harbor Books', 'hi@harbor.example', 'hi@harbor.example', '["club"]', '[7]', 5, '1772900000.1');

create table constant_contact.email_campaign_activities__contact_lists (campaign_activity_id text, list_id text, _dlt_load_id text);
insert into constant_contact.email_campaign_activities__contact_lists values
('spring-1', 'news', '1772900000.1'), ('spring-2', 'news', '1772900000.1'), ('club-1', 'club', '1772900000.1');
create table constant_contact.email_campaign_activities__segments (campaign_activity_id text, segment_id text, _dlt_load_id text);
insert into constant_contact.email_campaign_activities__segments values ('club-1', '7', '1772900000.1');

create table constant_contact.email_sends (
    campaign_activity_id text, contact_id text, tracking_activity_type text, email_address text, first_name text, last_name text,
    created_time timestamptz, deleted_at date, occurrence bigint, _dlt_load_id text
);
insert into constant_contact.email_sends values
('spring-1', 'ada', 'em_sends', 'ada@gmail.com', 'Ada', 'Lane', '2026-03-02T14:00:00Z', null, 1, '1772900000.1'),
('spring-1', 'ben', 'em_sends', 'ben@gmail.com', 'Ben', 'Roe', '2026-03-02T14:00:00Z', null, 1, '1772900000.1'),
('spring-1', 'cy', 'em_sends', 'cy@yahoo.com', 'Cy', 'Moss', '2026-03-02T14:00:00Z', null, 1, '1772900000.1'),
('spring-1', 'dee', 'em_sends', 'dee@yahoo.com', 'Dee', 'Park', '2026-03-02T14:00:00Z', null, 1, '1772900000.1'),
('spring-1', 'eve', 'em_sends', 'eve@example.org', 'Eve', 'Quill', '2026-03-02T14:00:00Z', '2026-03-10', 1, '1772900000.1'),
('spring-2', 'dee', 'em_sends', 'dee@yahoo.com', 'Dee', 'Park', '2026-03-05T14:00:00Z', null, 1, '1772900000.1'),
('spring-2', 'eve', 'em_sends', 'eve@example.org', 'Eve', 'Quill', '2026-03-05T14:00:00Z', '2026-03-10', 1, '1772900000.1'),
('club-1', 'ada', 'em_sends', 'ada@gmail.com', 'Ada', 'Lane', '2026-03-09T15:00:00Z', null, 1, '1772900000.1'),
('club-1', 'ben', 'em_sends', 'ben@gmail.com', 'Ben', 'Roe', '2026-03-09T15:00:00Z', null, 1, '1772900000.1');

create table constant_contact.email_opens (
    campaign_activity_id text, contact_id text, tracking_activity_type text, email_address text, first_name text, last_name text,
    device_type text, created_time timestamptz, deleted_at date, occurrence bigint, _dlt_load_id text
);
insert into constant_contact.email_opens values
('spring-1', 'ada', 'em_opens', 'ada@gmail.com', 'Ada', 'Lane', 'computer', '2026-03-02T14:00:04Z', null, 1, '1772900000.1'),
('spring-1', 'ada', 'em_opens', 'ada@gmail.com', 'Ada', 'Lane', 'mobile', '2026-03-02T15:30:00Z', null, 1, '1772900000.1'),
('spring-1', 'ben', 'em_opens', 'ben@gmail.com', 'Ben', 'Roe', 'mobile', '2026-03-03T14:00:00Z', null, 1, '1772900000.1'),
('spring-2', 'eve', 'em_opens', 'eve@example.org', 'Eve', 'Quill', null, '2026-03-05T14:30:00Z', '2026-03-10', 1, '1772900000.1');

create table constant_contact.email_clicks (
    campaign_activity_id text, contact_id text, tracking_activity_type text, email_address text, first_name text, last_name text,
    device_type text, url_id text, link_url text, created_time timestamptz, deleted_at date, occurrence bigint, _dlt_load_id text
);
insert into constant_contact.email_clicks values
('spring-1', 'ada', 'em_clicks', 'ada@gmail.com', 'Ada', 'Lane', 'mobile', '11', 'https://Harbor.example/Titles/?utm_source=ctct&utm_campaign=spring#top', '2026-03-02T15:31:00Z', null, 1, '1772900000.1'),
('spring-1', 'ada', 'em_clicks', 'ada@gmail.com', 'Ada', 'Lane', 'mobile', '11', 'https://Harbor.example/Titles/?utm_source=ctct&utm_campaign=spring#top', '2026-03-02T15:31:00Z', null, 2, '1772900000.1'),
('spring-1', 'ada', 'em_clicks', 'ada@gmail.com', 'Ada', 'Lane', 'mobile', '12', 'https://harbor.example/club', '2026-03-02T15:32:00Z', null, 1, '1772900000.1'),
('spring-1', 'eve', 'em_clicks', 'eve@example.org', 'Eve', 'Quill', null, '11', 'https://Harbor.example/Titles/?utm_source=ctct&utm_campaign=spring#top', '2026-03-02T14:01:00Z', '2026-03-10', 1, '1772900000.1'),
('spring-1', 'eve', 'em_clicks', 'eve@example.org', 'Eve', 'Quill', null, '12', 'https://harbor.example/club', '2026-03-02T14:01:01Z', '2026-03-10', 1, '1772900000.1'),
('spring-1', 'eve', 'em_clicks', 'eve@example.org', 'Eve', 'Quill', null, '13', 'https://harbor.example/never', '2026-03-02T14:01:02Z', '2026-03-10', 1, '1772900000.1');

create table constant_contact.email_forwards (
    campaign_activity_id text, contact_id text, tracking_activity_type text, email_address text, first_name text, last_name text,
    created_time timestamptz, deleted_at date, occurrence bigint, _dlt_load_id text
);
insert into constant_contact.email_forwards values
('spring-1', 'ben', 'em_forwards', 'ben@gmail.com', 'Ben', 'Roe', '2026-03-03T14:05:00Z', null, 1, '1772900000.1');

create table constant_contact.email_optouts (
    campaign_activity_id text, contact_id text, tracking_activity_type text, email_address text, first_name text, last_name text,
    opt_out_reason text, created_time timestamptz, deleted_at date, occurrence bigint, _dlt_load_id text
);
insert into constant_contact.email_optouts values
('spring-1', 'cy', 'em_optouts', 'cy@yahoo.com', 'Cy', 'Moss', 'Too many mails', '2026-03-02T16:00:00Z', null, 1, '1772900000.1');

create table constant_contact.email_bounces (
    campaign_activity_id text, contact_id text, tracking_activity_type text, email_address text, first_name text, last_name text,
    bounce_code text, current_email_address text, created_time timestamptz, deleted_at date, occurrence bigint, _dlt_load_id text
);
insert into constant_contact.email_bounces values
('spring-1', 'dee', 'em_bounces', 'dee@yahoo.com', 'Dee', 'Park', 'F', 'dee@yahoo.com', '2026-03-02T14:00:05Z', null, 1, '1772900000.1'),
('spring-1', 'dee', 'em_bounces', 'dee@yahoo.com', 'Dee', 'Park', 'F', 'dee@yahoo.com', '2026-03-02T14:00:05Z', null, 2, '1772900000.1'),
('spring-2', 'dee', 'em_bounces', 'dee@yahoo.com', 'Dee', 'Park', 'B', 'dee@yahoo.com', '2026-03-05T14:00:05Z', null, 1, '1772900000.1');

create table constant_contact.email_links (
    campaign_activity_id text, url_id text, link_url text, unique_clicks bigint, link_tag text, _dlt_load_id text
);
insert into constant_contact.email_links values
('spring-1', '11', 'https://Harbor.example/Titles/?utm_source=ctct&utm_campaign=spring#top', 2, null, '1772900000.1'),
('spring-1', '12', 'https://harbor.example/club', 2, null, '1772900000.1'),
('spring-1', '13', 'https://harbor.example/never', 1, null, '1772900000.1');

create table constant_contact.email_campaign_activity_stats (
    campaign_activity_id text, campaign_id text, stats__em_sends bigint, stats__em_opens bigint, stats__em_opens_all bigint,
    stats__em_clicks bigint, stats__em_clicks_all bigint, stats__em_bounces bigint, stats__em_optouts bigint,
    stats__em_forwards bigint, stats__em_not_opened bigint, stats__em_abuse bigint, last_refresh_time timestamptz, _dlt_load_id text
);
insert into constant_contact.email_campaign_activity_stats values
('spring-1', 'spring', 5, 1, 1, 1, 3, 1, 1, 1, 3, 0, '2026-03-02T17:00:00Z', '1772800000.1'),
('spring-1', 'spring', 5, 2, 3, 2, 6, 1, 1, 1, 2, 1, '2026-03-10T00:00:00Z', '1772900000.1'),
('spring-2', 'spring', 2, 1, 1, 0, 0, 1, 0, 0, 0, 0, '2026-03-10T00:00:00Z', '1772900000.1'),
('club-1', 'club', 2, 1, 1, 0, 0, 0, 0, 0, 1, 0, '2026-03-10T00:00:00Z', '1772900000.1');

-- The first sync was on 10 February, so nobody knows since when its finds were so. Cy's opt-out and Eve's deletion were seen at night.
create table constant_contact.contacts_history (
    contact_id text, first_name text, email_address__address text, email_address__permission_to_send text, deleted_at date,
    valid_from timestamptz, valid_to timestamptz
);
insert into constant_contact.contacts_history values
('ada', 'Ada', 'ada@gmail.com', 'explicit', null, '2026-02-10T03:00:00Z', null),
('cy', 'Cy', 'cy@yahoo.com', 'explicit', null, '2026-02-10T03:00:00Z', '2026-03-03T03:00:00Z'),
('cy', 'Cy', 'cy@yahoo.com', 'unsubscribed', null, '2026-03-03T03:00:00Z', null),
('eve', 'Eve', 'eve@example.org', 'explicit', null, '2026-02-21T03:00:00Z', '2026-03-11T03:00:00Z'),
('eve', 'Eve', 'eve@example.org', 'explicit', '2026-03-10', '2026-03-11T03:00:00Z', null);

create table constant_contact.contacts__list_memberships_history (
    contact_id text, list_id text, valid_from timestamptz, valid_to timestamptz
);
insert into constant_contact.contacts__list_memberships_history values
('ada', 'news', '2026-02-10T03:00:00Z', null),
('ada', 'club', '2026-02-10T03:00:00Z', '2026-02-20T03:00:00Z'),
('ada', 'club', '2026-02-21T03:00:00Z', null),
('ben', 'news', '2026-02-10T03:00:00Z', null),
('cy', 'news', '2026-02-10T03:00:00Z', '2026-03-03T03:00:00Z'),
('eve', 'news', '2026-02-21T03:00:00Z', '2026-03-11T03:00:00Z');

create table constant_contact._dlt_loads (load_id text, schema_name text, status bigint, inserted_at timestamptz, schema_version_hash text);
insert into constant_contact._dlt_loads values ('1772900000.1', 'constant_contact', 0, '2026-03-11T03:05:00Z', 'h');

create table constant_contact.contact_counts (
    counted_on date, total bigint, explicit bigint, implicit bigint, pending bigint, unsubscribed bigint, new_subscriber bigint
);
insert into constant_contact.contact_counts values
('2026-03-10', 4, 1, 1, 0, 1, 1),
('2026-03-11', 5, 2, 1, 0, 1, 1);


-- Channels beside mails. SMS: one campaign in March, one whose totals contradict each other.
create table constant_contact.sms_campaign_summaries (
    campaign_id text, campaign_name text, campaign_type text, last_sent_date timestamptz, unique_counts__sends bigint,
    unique_counts__delivers bigint, unique_counts__opens bigint, unique_counts__clicks bigint, unique_counts__optouts bigint,
    _dlt_load_id text
);
insert into constant_contact.sms_campaign_summaries values
('text-1', 'SMS: club night', 'SMS', '2026-03-01T03:00:00Z', 10, 8, 6, 4, 2, '1772900000.1'),
('text-2', 'SMS: spring sale', 'SMS', '2026-03-04T15:00:00Z', 4, 5, 6, 2, 0, '1772900000.1');

-- A reading that is over (Ada came, Ben did not, Dee canceled), one to come, one whose registrations are not read yet.
create table constant_contact.events (
    event_id text, campaign_id text, name text, title text, status text, event_type text, location_type text,
    event_start timestamptz, event_end timestamptz, time_zone text, currency_type text,
    event_registration_summary_metrics__registration_count bigint, default_track__track_id text,
    default_track__overall_ticket_capacity bigint, create_time timestamptz, last_update_time timestamptz, deleted_at timestamptz,
    _dlt_load_id text
);
insert into constant_contact.events values
('reading', 'ev-1', 'Reading', 'An evening with a poet', 'COMPLETE', 'CLASS', 'PHYSICAL', '2026-03-07T00:00:00Z', '2026-03-07T02:00:00Z', 'US/Eastern', 'USD', 4, 'tr-1', 10, '2026-02-01T10:00:00Z', '2026-03-07T03:00:00Z', null, '1772900000.1'),
('fair', 'ev-2', 'Fair', 'Book fair', 'ACTIVE', 'FAIR', 'PHYSICAL', '2026-05-01T14:00:00Z', '2026-05-01T20:00:00Z', 'US/Eastern', 'USD', 1, 'tr-2', null, '2026-03-01T10:00:00Z', '2026-03-08T10:00:00Z', null, '1772900000.1'),
('talk', 'ev-3', 'Talk', 'Talk', 'ACTIVE', 'CLASS', 'VIRTUAL', '2026-06-01T14:00:00Z', '2026-06-01T15:00:00Z', 'US/Eastern', 'USD', 2, 'tr-3', null, '2026-03-09T10:00:00Z', '2026-03-09T10:00:00Z', null, '1772900000.1');

create table constant_contact.events__items (
    event_id text, item_id text, name text, price double precision, quantity_sold bigint, _dlt_load_id text
);
insert into constant_contact.events__items values
('reading', 'mug', 'Mug', 8.5, 2, '1772900000.1'), ('reading', 'bag', 'Bag', 5.0, 1, '1772900000.1');

create table constant_contact.events__promo_codes (
    event_id text, id text, name text, quantity_used bigint, _dlt_load_id text
);
insert into constant_contact.events__promo_codes values ('reading', 'p1', 'FRIENDS', 1, '1772900000.1');

create table constant_contact.event_registrations (
    event_id text, registration_id text, track_id text, registration_time timestamptz, registration_status text,
    payment_status text, email_address text, first_name text, last_name text, new_contact boolean, tickets bigint,
    total double precision, checkin_status text, checked_in_tickets bigint, eligible_checkin_tickets bigint,
    deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.event_registrations values
('reading', 'r1', 'tr-1', '2026-03-01T12:00:00Z', 'REGISTERED', 'PAID', 'ADA@gmail.com ', 'Ada', 'Lane', false, 2, 40.5, 'PARTIALLY_CHECKED_IN', 1, 2, null, '1772900000.1'),
('reading', 'r2', 'tr-1', '2026-03-02T12:00:00Z', 'REGISTERED', 'PENDING', 'ben@gmail.com', 'Ben', 'Roe', true, 1, 20.0, 'NOT_CHECKED_IN', 0, 1, null, '1772900000.1'),
('reading', 'r3', 'tr-1', '2026-03-03T12:00:00Z', 'CANCELED', 'REFUNDED', 'dee@yahoo.com', 'Dee', 'Park', false, 1, 20.0, 'NOT_CHECKED_IN', 0, 0, null, '1772900000.1'),
('reading', 'r4', 'tr-1', '2026-03-03T12:00:00Z', 'REGISTERED', 'PAID', 'guest@example.net', 'Gus', 'Hill', false, 1, 20.0, 'CHECKED_IN', 1, 1, null, '1772900000.1'),
('reading', 'r5', 'tr-1', '2026-03-04T12:00:00Z', 'REGISTERED', 'PAID', 'ada@gmail.com', 'Ada', 'Lane', false, 1, 20.0, 'NOT_CHECKED_IN', 0, 1, '2026-03-05T00:00:00Z', '1772900000.1'),
('fair', 'r6', 'tr-2', '2026-03-08T10:00:00Z', 'REGISTERED', 'PAID', 'ada@gmail.com', 'Ada', 'Lane', false, 1, 5.0, 'NOT_CHECKED_IN', 0, 1, null, '1772900000.1');

create table constant_contact.event_registration_details (
    event_id text, registration_id text, contact_id text, order_summary__payment_method text, _dlt_load_id text
);
insert into constant_contact.event_registration_details values ('reading', 'r1', 'ada', 'PAYPAL', '1772900000.1'), ('reading', 'r4', 'eve', 'STRIPE', '1772900000.1');

-- A page that Ada opens twice and Cy once, on which Dee signs up without an opening. Nobody was asked for SMS: that feed is not read.
create table constant_contact.landing_page_opens (
    campaign_activity_id text, contact_id text, created_time timestamptz, occurrence bigint, device_type text, _dlt_load_id text
);
insert into constant_contact.landing_page_opens values
('page', 'ada', '2026-03-01T10:00:00Z', 1, 'mobile', '1772900000.1'), ('page', 'ada', '2026-03-02T10:00:00Z', 1, 'mobile', '1772900000.1'),
('page', 'cy', '2026-03-03T10:00:00Z', 1, 'computer', '1772900000.1');

create table constant_contact.landing_page_clicks (
    campaign_activity_id text, contact_id text, url_id text, created_time timestamptz, link_url text, _dlt_load_id text
);
insert into constant_contact.landing_page_clicks values
('page', 'ada', '21', '2026-03-01T10:01:00Z', 'https://harbor.example/a', '1772900000.1'), ('page', 'ada', '22', '2026-03-01T10:02:00Z', 'https://harbor.example/b', '1772900000.1');

create table constant_contact.landing_page_adds (
    campaign_activity_id text, contact_id text, created_time timestamptz, _dlt_load_id text
);
insert into constant_contact.landing_page_adds values ('page', 'dee', '2026-02-02T11:00:00Z', '1772900000.1');

create table constant_contact.landing_page_updates (
    campaign_activity_id text, contact_id text, created_time timestamptz, _dlt_load_id text
);

create table constant_contact.automations (
    id text, name text, status text, active_state text, draft_state text, created_by_id text, promoted_by_id text,
    created_date timestamptz, promoted_date timestamptz, update_date timestamptz, deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.automations values
('hello', 'Welcome', 'ACTIVE', 'ACTIVE', 'PROMOTED', 'u1', 'u2', '2026-01-10T10:00:00Z', '2026-01-12T03:00:00Z', '2026-01-11T10:00:00Z', null, '1772900000.1'),
('cart', 'Forgotten basket', 'DRAFT', 'INACTIVE', 'DRAFT', 'u1', null, '2026-02-10T10:00:00Z', null, '2026-02-10T10:00:00Z', null, '1772900000.1'),
('gone', 'Old greeting', 'ACTIVE', 'ACTIVE', 'PROMOTED', 'u1', 'u1', '2025-02-10T10:00:00Z', '2025-02-11T10:00:00Z', '2025-02-12T10:00:00Z', '2026-03-01T03:00:00Z', '1772900000.1');

create table constant_contact.automation_definitions (id text, active_definition text, name_explicitly_set boolean, _dlt_load_id text);
insert into constant_contact.automation_definitions values ('hello', '{"state":"ACTIVE"}', true, '1772900000.1');

-- The spring mail tried two subjects, failed once before it went out and went to one more contact later.
create table constant_contact.email_abtests (
    campaign_activity_id text, alternative_subject text, test_size bigint, winner_wait_duration bigint, deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.email_abtests values
('spring-1', 'New on our shelves', 20, 6, null, '1772900000.1'), ('draft-1', 'Sun and books', 10, 24, null, '1772900000.1');

create table constant_contact.email_send_history (
    campaign_activity_id text, send_id text, contact_list_ids text, segment_ids text, count bigint, send_status text,
    reason_code bigint, run_date timestamptz, _dlt_load_id text
);
insert into constant_contact.email_send_history values
('spring-1', '1', '["news"]', '[]', 0, 'ERRORED', 2, '2026-03-02T13:00:00Z', '1772900000.1'),
('spring-1', '2', '["news"]', '[]', 4, 'COMPLETED', 0, '2026-03-02T14:00:00Z', '1772900000.1'),
('spring-1', '10', '["news"]', '[]', 1, 'COMPLETED', 0, '2026-03-02T17:30:00Z', '1772900000.1'),
('spring-2', '1', '["news"]', '[]', 2, 'COMPLETED', 0, '2026-03-05T14:00:00Z', '1772900000.1');

create table constant_contact.email_schedules (campaign_activity_id text, scheduled_date timestamptz, deleted_at timestamptz, _dlt_load_id text);
insert into constant_contact.email_schedules values
('draft-1', '2026-04-02T02:00:00Z', null, '1772900000.1'), ('club-1', '2026-03-09T15:00:00Z', '2026-03-10T03:00:00Z', '1772900000.1');

create table constant_contact.email_non_opener_resends (
    campaign_activity_id text, resend_request_id text, resend_subject text, resend_status text, delay_days bigint,
    delay_minutes bigint, resend_date timestamptz, deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.email_non_opener_resends values
('spring-1', '900', 'Did you see our new titles', 'DONE', 3, null, '2026-03-05T14:00:00Z', null, '1772900000.1'),
('draft-1', 'DRAFT', 'Still time for summer', null, 2, null, null, null, '1772900000.1'),
('club-1', '901', 'Club night is over', 'SCHEDULED', null, 90, null, null, '1772900000.1');

create table constant_contact.social_profiles (
    profile_id text, name text, handle text, network text, url text, account_info__network text, account_info__network_account_id text,
    account_info__username text, connected boolean, accessible boolean, deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.social_profiles values
('s1', 'Harbor Books', '@harbor', 'FACEBOOK', 'https://social.example/harbor', 'FACEBOOK', 'f1', 'harbor', true, true, null, '1772900000.1'),
('s2', 'Harbor Pictures', '@harborpix', 'INSTAGRAM', 'https://pix.example/harbor', 'INSTAGRAM', 'i1', 'harborpix', true, false, null, '1772900000.1'),
('s3', 'Harbor Jobs', null, 'LINKEDIN', null, null, null, null, false, false, null, '1772900000.1');

create table constant_contact.social_connections (
    account_info__network text, account_info__network_account_id text, connection_status__error text, connection_status__has_token boolean,
    connection_status__token_is_valid boolean, connection_status__token_has_scopes boolean, connection_status__rate_limited boolean,
    deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.social_connections values
('FACEBOOK', 'f1', null, true, true, true, false, null, '1772900000.1'), ('INSTAGRAM', 'i1', 'token expired', true, false, true, false, null, '1772900000.1');

create table constant_contact.bulk_activities (
    activity_id text, state text, source_file_name text, percent_done bigint, activity_errors text, status__items_total_count bigint,
    status__items_completed_count bigint, status__person_count bigint, status__error_count bigint, status__correctable_count bigint,
    status__cannot_add_to_list_count bigint, status__list_count bigint, created_at timestamptz, started_at timestamptz,
    completed_at timestamptz, updated_at timestamptz, _links__self__href text, _links__results__href text, _dlt_load_id text
);
insert into constant_contact.bulk_activities values
('job-1', 'completed', 'fair-visitors.csv', 100, '["Row 3: the e-mail address is not valid."]', 20, 20, 19, 1, 0, 2, 1, '2026-03-01T02:00:00Z', '2026-03-01T02:01:00Z', '2026-03-01T02:03:30Z', '2026-03-01T02:03:30Z', '/v3/activities/job-1', null, '1772900000.1'),
('job-2', 'timed_out', null, 50, '[]', 10, 5, null, null, null, null, 2, '2026-03-05T12:00:00Z', '2026-03-05T12:01:00Z', null, '2026-03-05T14:00:00Z', '/v3/activities/job-2', null, '1772900000.1'),
('job-3', 'completed', null, 100, '[]', 5, 5, null, null, null, null, null, '2026-03-06T12:00:00Z', '2026-03-06T12:00:10Z', '2026-03-06T12:00:40Z', '2026-03-06T12:00:40Z', '/v3/activities/job-3', '/v3/contact_exports/job-3', '1772900000.1');

-- Two contacts, a list and a campaign had other ids once; of three senders one waits for confirmation and one is gone.
create table constant_contact.contact_xrefs (sequence_id text, contact_id text, _dlt_load_id text);
insert into constant_contact.contact_xrefs values ('11', 'ada', '1772900000.1'), ('12', 'ben', '1772900000.1');
create table constant_contact.list_xrefs (sequence_id text, list_id text, _dlt_load_id text);
insert into constant_contact.list_xrefs values ('1', 'news', '1772900000.1');
create table constant_contact.campaign_xrefs (
    v2_email_campaign_id text, campaign_id text, campaign_activity_id text, _dlt_load_id text
);
insert into constant_contact.campaign_xrefs values ('1100546096289', 'spring', 'spring-1', '1772900000.1');
create table constant_contact.account_emails (
    email_id text, email_address text, confirm_status text, confirm_time timestamptz, deleted_at timestamptz, _dlt_load_id text
);
insert into constant_contact.account_emails values
('1', 'hi@harbor.example', 'CONFIRMED', '2026-01-01T10:00:00Z', null, '1772900000.1'),
('2', 'club@harbor.example', 'UNCONFIRMED', null, null, '1772900000.1'),
('3', 'old@harbor.example', 'CONFIRMED', '2025-01-01T10:00:00Z', '2026-02-01T00:00:00Z', '1772900000.1');
