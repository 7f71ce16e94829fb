-- one row per sent campaign activity: features of its subject line beside its rates
with

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

trimmed as (

    select
        campaign_activities.*,
        trim(subject) as subject_text,
        trim({{ regex_replace('subject', regex_blank() ~ '+', ' ') }}) as subject_words_text
    from campaign_activities
    where
        is_sent
        and subject is not null

),

featured as (

    select
        trimmed.*,
        cast(length(subject_text) as bigint) as subject_length,
        cast(
            length(subject_words_text) - length(replace(subject_words_text, ' ', ''))
            + case when subject_words_text = '' then 0 else 1 end
            as bigint
        ) as subject_words,
        cast(length(trim(preheader)) as bigint) as preheader_length
    from trimmed

),

final as (

    select
        {{ account_id() }} as account_id,
        campaign_activity_id,
        campaign_id,
        activity_role,
        subject,
        preheader,
        case
            when subject_length <= 30 then 'up to 30'
            when subject_length <= 50 then '31 to 50'
            when subject_length <= 70 then '51 to 70'
            else 'over 70'
        end as length_class,
        subject_length,
        subject_words,
        preheader_length,
        deliveries,
        open_rate,
        open_rate_low,
        open_rate_high,
        human_open_rate,
        click_rate,
        click_rate_low,
        click_rate_high,
        click_to_open_rate,
        opt_out_rate,
        subject_text like '%?%' as has_question,
        subject_text like '%!%' as has_exclamation,
        {{ regex_replace('subject_text', '[0-9]', '') }} <> subject_text as has_number,
        subject_text like '%[[%]]%' as is_personalised,
        upper(subject_text) = subject_text and lower(subject_text) <> subject_text as is_upper_case,
        coalesce(preheader_length, 0) > 0 as has_preheader,
        is_wholly_loaded,
        first_sent_at
    from featured

)

select * from final
