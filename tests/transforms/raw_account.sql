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
