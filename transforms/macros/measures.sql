{# A share from 0 to 1; null where either side is unknown or nothing could have happened. #}
{% macro rate(numerator, denominator) -%}
    cast({{ numerator }} as {{ float_type() }}) / nullif(cast({{ denominator }} as {{ float_type() }}), 0)
{%- endmacro %}


{# Delivered recipients who did it over delivered recipients of whom it is known, for rows of `recipients`. #}
{% macro response_rate(flag) -%}
    {{ rate(responders(flag), delivered_with(flag)) }}
{%- endmacro %}


{% macro responders(flag) -%}
    {{ count_where(flag ~ ' and is_delivered') }}
{%- endmacro %}


{% macro delivered_with(flag) -%}
    {{ count_where('is_delivered and ' ~ flag ~ ' is not null') }}
{%- endmacro %}


{# Rows that meet a condition; 0, never null. Both databases widen sums differently, hence the cast. #}
{% macro count_where(condition) -%}
    cast(coalesce(sum(case when {{ condition }} then 1 else 0 end), 0) as bigint)
{%- endmacro %}


{# Rows whose flag is true; null where it is known of none of them. #}
{% macro count_true(flag) -%}
    case when count({{ flag }}) > 0 then {{ count_where(flag) }} end
{%- endmacro %}


{% macro count_distinct_where(column, condition) -%}
    cast(count(distinct case when {{ condition }} then {{ column }} end) as bigint)
{%- endmacro %}


{# Mails, or what else `key` names, behind the figures of a group of which not every feed is loaded as far as the API counts; null
   where that is known of none of them. #}
{% macro mails_not_wholly_loaded(key='campaign_activity_id') -%}
    case when count(is_wholly_loaded) > 0 then {{ count_distinct_where(key, 'not is_wholly_loaded') }} end
{%- endmacro %}


{# The same of a group of contacts, whose every mail counts once for each of them: sends. #}
{% macro sends_not_wholly_loaded(column='mails_not_wholly_loaded') -%}
    cast(sum({{ column }}) as bigint)
{%- endmacro %}


{# Text key over columns in the given order; the same on DuckDB, PostgreSQL and Spark, null kept apart from empty. #}
{% macro key_of(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '~')") -%}
    {%- endfor -%}
    {{ dbt.hash(parts | join(" || '|' || ")) }}
{%- endmacro %}


{# What the API's bounce letters mean. #}
{% macro bounce_reason(code) -%}
    case {{ code }}
        when 'B' then 'nonexistent_address'
        when 'D' then 'undeliverable'
        when 'F' then 'mailbox_full'
        when 'S' then 'suspended'
        when 'V' then 'auto_reply'
        when 'X' then 'other'
        when 'Z' then 'blocked'
    end
{%- endmacro %}


{# The class of a bounce. hard: the address will not work again; block: the receiving system refused; auto_reply: the mail
   arrived; soft: the rest, bounces without a code included. #}
{% macro bounce_class(code) -%}
    case
        when {{ code }} in ('B', 'S') then 'hard'
        when {{ code }} = 'Z' then 'block'
        when {{ code }} = 'V' then 'auto_reply'
        else 'soft'
    end
{%- endmacro %}


{# Text whose smallest value is that of the gravest bounce: hard before block before soft before auto_reply; the code follows. #}
{% macro bounce_severity(code) -%}
    case
        when {{ code }} in ('B', 'S') then '1'
        when {{ code }} = 'Z' then '2'
        when {{ code }} = 'V' then '4'
        else '3'
    end || coalesce({{ code }}, '')
{%- endmacro %}


{# What follows the last @, since a quoted name may hold others; null without one. #}
{% macro email_domain(address) -%}
    case when {{ address }} like '%@%' then nullif(trim(lower({{ regex_replace(address, '^.*@', '') }})), '') end
{%- endmacro %}


{# What is written, without blanks around it; null where nothing is. #}
{% macro written(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}


{% macro reason_text(column) -%}
    coalesce({{ written(column) }}, 'not given')
{%- endmacro %}


{# Whether a contact can be mailed at all, among all contacts: it has an address, or, where the account keeps none of them
   (exclude_columns), a permission. #}
{% macro has_email() -%}
    case
        when count({{ written('email_address') }}) over () > 0 then {{ written('email_address') }} is not null
        else {{ written('permission_to_send') }} is not null
    end
{%- endmacro %}


{# From the columns of a staged contact, as it is or as it was, and its has_email. #}
{% macro consent_state() -%}
    case
        when deleted_date is not null then 'deleted'
        when not has_email then 'no_email'
        when {{ written('permission_to_send') }} is null then 'not_set'
        when permission_to_send in ('explicit', 'implicit') then 'subscribed'
        when permission_to_send = 'pending_confirmation' then 'pending'
        else permission_to_send
    end
{%- endmacro %}


{# The later of two times, of which one or both may be null. Engines differ in what greatest() makes of a null. #}
{% macro later_of(one, other) -%}
    case when {{ one }} >= {{ other }} or {{ other }} is null then {{ one }} else {{ other }} end
{%- endmacro %}


{# The earlier of two times, of which one or both may be null. #}
{% macro earlier_of(one, other) -%}
    case when {{ one }} <= {{ other }} or {{ other }} is null then {{ one }} else {{ other }} end
{%- endmacro %}


{# An order in which what is not known comes last; engines differ in where they put it, and not all know `nulls last` in windows. #}
{% macro nulls_last(column, direction='asc') -%}
    case when {{ column }} is null then 1 else 0 end, {{ column }}{{ ' desc' if direction == 'desc' }}
{%- endmacro %}


{# Lower (sign '-') or upper (sign '+') end of the 95 % Wilson score interval of a rate: what a small sample allows it to be.
   Between 0 and 1 by construction; null where the rate is null. https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval #}
{% macro wilson(numerator, denominator, sign) -%}
    {%- set n = 'nullif(cast(' ~ denominator ~ ' as ' ~ float_type() ~ '), 0)' -%}
    {%- set p = '(cast(' ~ numerator ~ ' as ' ~ float_type() ~ ') / ' ~ n ~ ')' -%}
    {%- set root = 'sqrt(' ~ p ~ ' * (1 - ' ~ p ~ ') / ' ~ n ~ ' + 0.9604 / (' ~ n ~ ' * ' ~ n ~ '))' -%}
    {%- set bound = '(' ~ p ~ ' + 1.9208 / ' ~ n ~ ' ' ~ sign ~ ' 1.96 * ' ~ root ~ ') / (1 + 3.8416 / ' ~ n ~ ')' -%}
    case
        when {{ bound }} < 0 then 0
        when {{ bound }} > 1 then 1
        else {{ bound }}
    end
{%- endmacro %}
