{# The rates over deliveries that `campaigns` and `campaign_activities` share, from the counts of one row of `counts`. #}
{% macro rates_of_deliveries(counts) -%}
    {%- set parts = {
        'click_to_open_rate': ['deliveries_opened_and_clicked', 'deliveries_opened'],
        'human_open_rate': ['human_deliveries_opened', 'deliveries'],
        'human_click_rate': ['human_deliveries_clicked', 'deliveries'],
        'human_click_to_open_rate': ['human_deliveries_opened_and_clicked', 'human_deliveries_opened'],
        'opt_out_rate': ['deliveries_opted_out', 'deliveries'],
        'complaint_rate': ['deliveries_complained', 'deliveries'],
    } -%}
    {%- for name, (above, below) in parts.items() %}
        {{ rate(counts ~ '.' ~ above, counts ~ '.' ~ below) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# A rate and the ends of its interval, as columns `name`, `name_low` and `name_high`. #}
{% macro rate_with_interval(name, numerator, denominator) -%}
    {{ rate(numerator, denominator) }} as {{ name }},
    {{ wilson(numerator, denominator, '-') }} as {{ name }}_low,
    {{ wilson(numerator, denominator, '+') }} as {{ name }}_high
{%- endmacro %}


{# Counts of a group of rows of `recipients`, all of them sent, from which `rates_by_provider` has its rates. #}
{% macro treatment_by_provider() -%}
    count(distinct contact_id) as contacts,
    count(*) as sends,
    {{ count_true('is_delivered') }} as deliveries,
    {{ count_true('is_bounced') }} as bounces,
    {{ count_true("is_bounced and bounce_class = 'block'") }} as block_bounces,
    {{ count_where('is_delivered is not null') }} as known_delivered,
    {{ count_where('is_bounced is not null') }} as known_bounced,
    {{ responders('is_opened') }} as deliveries_opened,
    {{ delivered_with('is_opened') }} as known_opened,
    {{ mails_not_wholly_loaded() }} as mails_not_wholly_loaded
{%- endmacro %}


{# How a mailbox provider treated the mails that `treatment_by_provider` counted. #}
{% macro rates_by_provider() -%}
    {{ rate('deliveries', 'known_delivered') }} as delivery_rate,
    {{ rate_with_interval('bounce_rate', 'bounces', 'known_bounced') }},
    {{ rate('block_bounces', 'known_bounced') }} as block_rate,
    {{ rate_with_interval('open_rate', 'deliveries_opened', 'known_opened') }}
{%- endmacro %}
