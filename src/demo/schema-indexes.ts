/** Taiga's indexes on those tables, with the names from its migrations. */
export const taigaIndexesSql = `
CREATE INDEX users_user_email_243f6e77_like ON users_user (email varchar_pattern_ops);
CREATE INDEX users_user_upper_idx ON users_user (upper('username'::text));
CREATE INDEX users_user_upper_idx1 ON users_user (upper('email'::text));
CREATE INDEX users_user_username_06e46fe6_like ON users_user (username varchar_pattern_ops);
CREATE INDEX users_user_uuid_6fe513d7_like ON users_user (uuid varchar_pattern_ops);

CREATE INDEX projects_project_creation_template_id_b5a97819 ON projects_project (creation_template_id);
CREATE INDEX projects_project_epics_csv_uuid_cb50f2ee ON projects_project (epics_csv_uuid);
CREATE INDEX projects_project_epics_csv_uuid_cb50f2ee_like ON projects_project (epics_csv_uuid varchar_pattern_ops);
CREATE INDEX projects_project_issues_csv_uuid_e6a84723 ON projects_project (issues_csv_uuid);
CREATE INDEX projects_project_issues_csv_uuid_e6a84723_like ON projects_project (issues_csv_uuid varchar_pattern_ops);
CREATE INDEX projects_project_name_id_44f44a5f_idx ON projects_project (name, id);
CREATE INDEX projects_project_owner_id_b940de39 ON projects_project (owner_id);
CREATE INDEX projects_project_slug_2d50067a_like ON projects_project (slug varchar_pattern_ops);
CREATE INDEX projects_project_tasks_csv_uuid_ecd0b1b5 ON projects_project (tasks_csv_uuid);
CREATE INDEX projects_project_tasks_csv_uuid_ecd0b1b5_like ON projects_project (tasks_csv_uuid varchar_pattern_ops);
CREATE INDEX projects_project_total_activity_edf1a486 ON projects_project (total_activity);
CREATE INDEX projects_project_total_activity_last_month_669bff3e ON projects_project (total_activity_last_month);
CREATE INDEX projects_project_total_activity_last_week_961ca1b0 ON projects_project (total_activity_last_week);
CREATE INDEX projects_project_total_activity_last_year_12ea6dbe ON projects_project (total_activity_last_year);
CREATE INDEX projects_project_total_fans_436fe323 ON projects_project (total_fans);
CREATE INDEX projects_project_total_fans_last_month_455afdbb ON projects_project (total_fans_last_month);
CREATE INDEX projects_project_total_fans_last_week_c65146b1 ON projects_project (total_fans_last_week);
CREATE INDEX projects_project_total_fans_last_year_167b29c2 ON projects_project (total_fans_last_year);
CREATE INDEX projects_project_totals_updated_datetime_1bcc5bfa ON projects_project (totals_updated_datetime);
CREATE INDEX projects_project_userstories_csv_uuid_6e83c6c1 ON projects_project (userstories_csv_uuid);
CREATE INDEX projects_project_userstories_csv_uuid_6e83c6c1_like ON projects_project (userstories_csv_uuid varchar_pattern_ops);

CREATE INDEX users_role_project_id_2837f877 ON users_role (project_id);
CREATE INDEX users_role_slug_ce33b471 ON users_role (slug);
CREATE INDEX users_role_slug_ce33b471_like ON users_role (slug varchar_pattern_ops);

CREATE INDEX projects_membership_invited_by_id_a2c6c913 ON projects_membership (invited_by_id);
CREATE INDEX projects_membership_project_id_5f65bf3f ON projects_membership (project_id);
CREATE INDEX projects_membership_role_id_c4bd36ef ON projects_membership (role_id);
CREATE INDEX projects_membership_user_id_13374535 ON projects_membership (user_id);

CREATE INDEX projects_points_project_id_3b8f7b42 ON projects_points (project_id);

CREATE INDEX projects_userstorystatus_project_id_cdf95c9c ON projects_userstorystatus (project_id);
CREATE INDEX projects_userstorystatus_slug_d574ed51 ON projects_userstorystatus (slug);
CREATE INDEX projects_userstorystatus_slug_d574ed51_like ON projects_userstorystatus (slug varchar_pattern_ops);

CREATE INDEX projects_taskstatus_project_id_8b32b2bb ON projects_taskstatus (project_id);
CREATE INDEX projects_taskstatus_slug_cf358ffa ON projects_taskstatus (slug);
CREATE INDEX projects_taskstatus_slug_cf358ffa_like ON projects_taskstatus (slug varchar_pattern_ops);

CREATE INDEX projects_issuestatus_project_id_1988ebf4 ON projects_issuestatus (project_id);
CREATE INDEX projects_issuestatus_slug_2c528947 ON projects_issuestatus (slug);
CREATE INDEX projects_issuestatus_slug_2c528947_like ON projects_issuestatus (slug varchar_pattern_ops);

CREATE INDEX projects_epicstatus_project_id_d2c43c29 ON projects_epicstatus (project_id);
CREATE INDEX projects_epicstatus_slug_63c476c8 ON projects_epicstatus (slug);
CREATE INDEX projects_epicstatus_slug_63c476c8_like ON projects_epicstatus (slug varchar_pattern_ops);

CREATE INDEX projects_issuetype_project_id_e831e4ae ON projects_issuetype (project_id);

CREATE INDEX projects_severity_project_id_9ab920cd ON projects_severity (project_id);

CREATE INDEX projects_priority_project_id_936c75b2 ON projects_priority (project_id);

CREATE INDEX projects_swimlane_project_id_06871cf8 ON projects_swimlane (project_id);

CREATE INDEX projects_swimlaneuserstorystatus_status_id_2f3fda91 ON projects_swimlaneuserstorystatus (status_id);
CREATE INDEX projects_swimlaneuserstorystatus_swimlane_id_1d3f2b21 ON projects_swimlaneuserstorystatus (swimlane_id);

CREATE INDEX milestones_milestone_name_23fb0698 ON milestones_milestone (name);
CREATE INDEX milestones_milestone_name_23fb0698_like ON milestones_milestone (name varchar_pattern_ops);
CREATE INDEX milestones_milestone_owner_id_216ba23b ON milestones_milestone (owner_id);
CREATE INDEX milestones_milestone_project_id_6151cb75 ON milestones_milestone (project_id);
CREATE INDEX milestones_milestone_slug_08e5995e ON milestones_milestone (slug);
CREATE INDEX milestones_milestone_slug_08e5995e_like ON milestones_milestone (slug varchar_pattern_ops);

CREATE INDEX userstories_userstory_assigned_to_id_5ba80653 ON userstories_userstory (assigned_to_id);
CREATE INDEX userstories_userstory_generated_from_issue_id_afe43198 ON userstories_userstory (generated_from_issue_id);
CREATE INDEX userstories_userstory_generated_from_task_id_8e958d43 ON userstories_userstory (generated_from_task_id);
CREATE INDEX userstories_userstory_milestone_id_37f31d22 ON userstories_userstory (milestone_id);
CREATE INDEX userstories_userstory_owner_id_df53c64e ON userstories_userstory (owner_id);
CREATE INDEX userstories_userstory_project_id_03e85e9c ON userstories_userstory (project_id);
CREATE INDEX userstories_userstory_ref_824701c0 ON userstories_userstory (ref);
CREATE INDEX userstories_userstory_status_id_858671dd ON userstories_userstory (status_id);
CREATE INDEX userstories_userstory_swimlane_id_8ecab79d ON userstories_userstory (swimlane_id);

CREATE INDEX userstories_userstory_assigned_users_user_id_6de6e8a7 ON userstories_userstory_assigned_users (user_id);
CREATE INDEX userstories_userstory_assigned_users_userstory_id_fcb98e26 ON userstories_userstory_assigned_users (userstory_id);

CREATE INDEX userstories_rolepoints_points_id_cfcc5a79 ON userstories_rolepoints (points_id);
CREATE INDEX userstories_rolepoints_role_id_94ac7663 ON userstories_rolepoints (role_id);
CREATE INDEX userstories_rolepoints_user_story_id_ddb4c558 ON userstories_rolepoints (user_story_id);

CREATE INDEX tasks_task_assigned_to_id_e8821f61 ON tasks_task (assigned_to_id);
CREATE INDEX tasks_task_milestone_id_64cc568f ON tasks_task (milestone_id);
CREATE INDEX tasks_task_owner_id_db3dcc3e ON tasks_task (owner_id);
CREATE INDEX tasks_task_project_id_a2815f0c ON tasks_task (project_id);
CREATE INDEX tasks_task_ref_9f55bd37 ON tasks_task (ref);
CREATE INDEX tasks_task_status_id_899d2b90 ON tasks_task (status_id);
CREATE INDEX tasks_task_user_story_id_47ceaf1d ON tasks_task (user_story_id);

CREATE INDEX issues_issue_assigned_to_id_c6054289 ON issues_issue (assigned_to_id);
CREATE INDEX issues_issue_milestone_id_3c2695ee ON issues_issue (milestone_id);
CREATE INDEX issues_issue_owner_id_5c361b47 ON issues_issue (owner_id);
CREATE INDEX issues_issue_priority_id_93842a93 ON issues_issue (priority_id);
CREATE INDEX issues_issue_project_id_4b0f3e2f ON issues_issue (project_id);
CREATE INDEX issues_issue_ref_4c1e7f8f ON issues_issue (ref);
CREATE INDEX issues_issue_severity_id_695dade0 ON issues_issue (severity_id);
CREATE INDEX issues_issue_status_id_64473cf1 ON issues_issue (status_id);
CREATE INDEX issues_issue_type_id_c1063362 ON issues_issue (type_id);

CREATE INDEX epics_epic_assigned_to_id_13e08004 ON epics_epic (assigned_to_id);
CREATE INDEX epics_epic_owner_id_b09888c4 ON epics_epic (owner_id);
CREATE INDEX epics_epic_project_id_d98aaef7 ON epics_epic (project_id);
CREATE INDEX epics_epic_ref_aa52eb4a ON epics_epic (ref);
CREATE INDEX epics_epic_status_id_4cf3af1a ON epics_epic (status_id);

CREATE INDEX epics_relateduserstory_epic_id_57605230 ON epics_relateduserstory (epic_id);
CREATE INDEX epics_relateduserstory_user_story_id_329a951c ON epics_relateduserstory (user_story_id);

CREATE INDEX history_historyentry_id_ff18cc9f_like ON history_historyentry (id varchar_pattern_ops);
CREATE INDEX history_historyentry_key_c088c4ae ON history_historyentry (key);
CREATE INDEX history_historyentry_key_c088c4ae_like ON history_historyentry (key varchar_pattern_ops);
CREATE INDEX history_historyentry_project_id_9b008f70 ON history_historyentry (project_id);

CREATE INDEX timeline_ti_content_1af26f_idx ON timeline_timeline (content_type_id, object_id, created DESC);
CREATE INDEX timeline_ti_namespa_89bca1_idx ON timeline_timeline (namespace, created DESC);
CREATE INDEX timeline_timeline_content_type_id_5731a0c6 ON timeline_timeline (content_type_id);
CREATE INDEX timeline_timeline_created_4e9e3a68 ON timeline_timeline (created);
CREATE INDEX timeline_timeline_data_content_type_id_0689742e ON timeline_timeline (data_content_type_id);
CREATE INDEX timeline_timeline_event_type_cb2fcdb2 ON timeline_timeline (event_type);
CREATE INDEX timeline_timeline_event_type_cb2fcdb2_like ON timeline_timeline (event_type varchar_pattern_ops);
CREATE INDEX timeline_timeline_namespace_26f217ed ON timeline_timeline (namespace);
CREATE INDEX timeline_timeline_namespace_26f217ed_like ON timeline_timeline (namespace varchar_pattern_ops);
CREATE INDEX timeline_timeline_project_id_58d5eadd ON timeline_timeline (project_id);

CREATE INDEX references_reference_content_type_id_c134e05e ON references_reference (content_type_id);
CREATE INDEX references_reference_project_id_00275368 ON references_reference (project_id);

CREATE INDEX attachments_attachment_content_type_id_35dd9d5d ON attachments_attachment (content_type_id);
CREATE INDEX attachments_attachment_content_type_id_object_id_3f2e447c_idx ON attachments_attachment (content_type_id, object_id);
CREATE INDEX attachments_attachment_owner_id_720defb8 ON attachments_attachment (owner_id);
CREATE INDEX attachments_attachment_project_id_50714f52 ON attachments_attachment (project_id);

CREATE INDEX wiki_wikipage_last_modifier_id_38be071c ON wiki_wikipage (last_modifier_id);
CREATE INDEX wiki_wikipage_owner_id_f1f6c5fd ON wiki_wikipage (owner_id);
CREATE INDEX wiki_wikipage_project_id_03a1e2ca ON wiki_wikipage (project_id);
CREATE INDEX wiki_wikipage_slug_10d80dc1 ON wiki_wikipage (slug);
CREATE INDEX wiki_wikipage_slug_10d80dc1_like ON wiki_wikipage (slug varchar_pattern_ops);
`;
