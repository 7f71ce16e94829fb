{# Value of one query parameter, as written; null where it is absent or empty. The `&` in front keeps names apart that end alike. #}
{% macro url_parameter(query, name) -%}
    nullif({{ dbt.split_part(dbt.split_part("'&' || " ~ query, "'&" ~ name ~ "='", 2), "'&'", 1) }}, '')
{%- endmacro %}
