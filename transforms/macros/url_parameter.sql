{# Value of one query parameter, as written, whatever the case of its name; null where it is absent or empty. The `&` in
   front keeps names apart that end alike. #}
{% macro url_parameter(query, name) -%}
    {%- set start = position_of("'&" ~ name ~ "='", "lower('&' || " ~ query ~ ")") -%}
    case
        when {{ start }} > 0
            then
                nullif(
                    {{ dbt.split_part("substr('&' || " ~ query ~ ", " ~ start ~ " + " ~ (name | length + 2) ~ ")", "'&'", 1) }}, ''
                )
    end
{%- endmacro %}
