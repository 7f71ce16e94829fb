{# An activity whose raw rows are all gone brings no row that would replace its old ones. #}
{% macro drop_vanished_activities() %}
    {%- set feeds = ['sends', 'opens', 'clicks', 'forwards', 'optouts', 'bounces'] -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where campaign_activity_id not in (
            {%- for feed in feeds %}
            select campaign_activity_id from {{ ref('stg_email_' ~ feed) }} where campaign_activity_id is not null
            {%- if not loop.last %} union {% endif %}
            {%- endfor %}
        )
    {%- endif -%}
{% endmacro %}
