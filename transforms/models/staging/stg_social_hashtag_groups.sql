-- one row per hashtag_group_id
with

source as (

    {{ raw_table('social_hashtag_groups', {
        'hashtag_group_id': 'string',
        'hashtag_group_name': 'string',
        'hashtag_names': 'string',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        hashtag_group_id,
        hashtag_group_name,
        hashtag_names,
        deleted_at
    from source

)

select * from final
