-- one row per day
with

source as (

    {{ raw_table('contact_counts', {
        'total': 'integer',
        'explicit': 'integer',
        'implicit': 'integer',
        'pending': 'integer',
        'unsubscribed': 'integer',
        'new_subscriber': 'integer',
        'counted_on': 'date',
    }) }}

),

final as (

    select
        total as contacts,
        explicit as explicit_contacts,
        implicit as implicit_contacts,
        pending as pending_contacts,
        unsubscribed as unsubscribed_contacts,
        new_subscriber as new_contacts,
        counted_on as counted_date
    from source

)

select * from final
