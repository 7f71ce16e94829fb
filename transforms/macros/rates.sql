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


{# How a mailbox provider treated the mails of a group of rows of `recipients`, all of them sent. #}
{% macro treatment_by_provider() -%}
    count(distinct contact_id) as contacts,
    count(*) as sends,
    {{ count_true('is_delivered') }} as deliveries,
    {{ count_true('is_bounced') }} as bounces,
    {{ count_true("is_bounced and bounce_class = 'block'") }} as block_bounces,
    {{ rate(count_true('is_delivered'), count_where('is_delivered is not null')) }} as delivery_rate,
    {{ rate(count_true('is_bounced'), count_where('is_bounced is not null')) }} as bounce_rate,
    {{ rate(count_true("is_bounced and bounce_class = 'block'"), count_where('is_bounced is not null')) }} as block_rate,
    {{ response_rate('is_opened') }} as open_rate
{%- endmacro %}
