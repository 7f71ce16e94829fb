-- one row per contact_id
with

source as (

    {{ raw_table('contact_rates', {
        'contact_id': 'string',
        'included_activities_count': 'integer',
        'average_open_rate': 'float',
        'average_click_rate': 'float',
        'known_until': 'timestamp',
        'known_events': 'integer',
    }) }}

),

final as (

    select
        contact_id,
        included_activities_count as mails,
        average_open_rate,
        average_click_rate,
        known_until,
        known_events
    from source

)

select * from final
