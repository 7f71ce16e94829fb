{# Every rate and share of a model (named *_rate, its bounds *_rate_low and *_rate_high, *_share or *share_of_*) lies between 0 and 1. #}
{% test shares(model) %}

{%- set found = [] -%}
{%- if execute -%}
    {%- for column in adapter.get_columns_in_relation(model) -%}
        {%- set name = column.name | lower -%}
        {%- if name.endswith('_rate') or name.endswith('_rate_low') or name.endswith('_rate_high') or name.endswith('_share') or 'share_of_' in name -%}
            {%- do found.append(column.name) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endif %}

select *
from {{ model }}
where
    1 = 0
{%- for name in found %}
    or {{ name }} < 0
    or {{ name }} > 1
{%- endfor %}

{% endtest %}
