{# A UTC time without zone as wall-clock time in `zone`, a column or literal with an IANA name. #}
{% macro local_time(column, zone) -%}
    (({{ column }} at time zone 'UTC') at time zone {{ zone }})
{%- endmacro %}
