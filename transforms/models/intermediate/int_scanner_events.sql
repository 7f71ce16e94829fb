-- one row per campaign activity, contact, kind of event (open, click) and time of what a program did that followed the mail's links
--
-- burst: so many links in seconds; every_link: all of a mail's links in minutes. An open beside the first click is the program's too.
with

opens as (

    select * from {{ ref('stg_email_opens') }}

),

clicks as (

    select * from {{ ref('stg_email_clicks') }}

),

email_links as (

    select * from {{ ref('stg_email_links') }}

),

clicked as (

    select distinct
        campaign_activity_id,
        contact_id,
        url_id,
        occurred_at
    from clicks
    where
        contact_id is not null
        and url_id is not null

),

links_per_recipient as (

    select
        campaign_activity_id,
        contact_id,
        count(distinct url_id) as links_clicked
    from clicked
    group by
        campaign_activity_id,
        contact_id

),

-- only who clicked so many links can have done so in a burst
busy as (

    select clicked.*
    from clicked
    inner join links_per_recipient
        on
            clicked.campaign_activity_id = links_per_recipient.campaign_activity_id
            and clicked.contact_id = links_per_recipient.contact_id
    where links_per_recipient.links_clicked >= {{ var('burst_links') }}

),

bursts as (

    select
        busy.campaign_activity_id,
        busy.contact_id,
        busy.occurred_at as began_at
    from busy
    inner join busy as next_clicks
        on
            busy.campaign_activity_id = next_clicks.campaign_activity_id
            and busy.contact_id = next_clicks.contact_id
            and busy.occurred_at <= next_clicks.occurred_at
            and {{ dbt.dateadd('second', var('burst_within_s'), 'busy.occurred_at') }} >= next_clicks.occurred_at
    group by
        busy.campaign_activity_id,
        busy.contact_id,
        busy.occurred_at
    having count(distinct next_clicks.url_id) >= {{ var('burst_links') }}

),

links_per_activity as (

    select
        campaign_activity_id,
        count(distinct url_id) as links
    from email_links
    group by campaign_activity_id
    having count(distinct url_id) >= {{ var('every_link_at_least') }}

),

-- only who clicked so many links can have clicked all of them
thorough as (

    select
        clicked.*,
        links_per_activity.links
    from clicked
    inner join links_per_recipient
        on
            clicked.campaign_activity_id = links_per_recipient.campaign_activity_id
            and clicked.contact_id = links_per_recipient.contact_id
    inner join links_per_activity
        on
            links_per_recipient.campaign_activity_id = links_per_activity.campaign_activity_id
            and links_per_recipient.links_clicked >= links_per_activity.links
    inner join email_links
        on
            clicked.campaign_activity_id = email_links.campaign_activity_id
            and clicked.url_id = email_links.url_id

),

sweeps as (

    select
        thorough.campaign_activity_id,
        thorough.contact_id,
        thorough.occurred_at as began_at
    from thorough
    inner join thorough as next_clicks
        on
            thorough.campaign_activity_id = next_clicks.campaign_activity_id
            and thorough.contact_id = next_clicks.contact_id
            and thorough.occurred_at <= next_clicks.occurred_at
            and {{ dbt.dateadd('second', var('every_link_within_s'), 'thorough.occurred_at') }} >= next_clicks.occurred_at
    group by
        thorough.campaign_activity_id,
        thorough.contact_id,
        thorough.occurred_at
    having count(distinct next_clicks.url_id) >= max(thorough.links)

),

visits as (

    select
        bursts.*,
        cast('burst' as {{ dbt.type_string() }}) as machine_rule,
        {{ dbt.dateadd('second', var('burst_within_s'), 'began_at') }} as ended_at
    from bursts
    union all
    select
        sweeps.*,
        cast('every_link' as {{ dbt.type_string() }}) as machine_rule,
        {{ dbt.dateadd('second', var('every_link_within_s'), 'began_at') }} as ended_at
    from sweeps

),

-- an open counts up to so many seconds before and after the first click
spans as (

    select
        visits.*,
        cast('click' as {{ dbt.type_string() }}) as event_type,
        began_at as from_at,
        ended_at as until_at
    from visits
    union all
    select
        visits.*,
        cast('open' as {{ dbt.type_string() }}) as event_type,
        {{ dbt.dateadd('second', -var('burst_within_s'), 'began_at') }} as from_at,
        {{ dbt.dateadd('second', var('burst_within_s'), 'began_at') }} as until_at
    from visits

),

events as (

    select
        campaign_activity_id,
        contact_id,
        cast('click' as {{ dbt.type_string() }}) as event_type,
        occurred_at
    from clicks
    union all
    select
        campaign_activity_id,
        contact_id,
        cast('open' as {{ dbt.type_string() }}) as event_type,
        occurred_at
    from opens

),

final as (

    select
        events.campaign_activity_id,
        events.contact_id,
        events.event_type,
        min(spans.machine_rule) as machine_rule,
        events.occurred_at
    from events
    inner join spans
        on
            events.campaign_activity_id = spans.campaign_activity_id
            and events.contact_id = spans.contact_id
            and events.event_type = spans.event_type
            and events.occurred_at >= spans.from_at
            and events.occurred_at <= spans.until_at
    group by
        events.campaign_activity_id,
        events.contact_id,
        events.event_type,
        events.occurred_at

)

select * from final
