-- relations: history, project
-- History rows that had to be left out: corrupt ones (a diff or snapshot that is no object, a field that is no pair, an
-- id that is no number, a row without time or key) and ones dated after :now.
SELECT p.project, h.kind, h.item_id, h.key, h.entry_id, h.at,
  CASE WHEN h.corrupt THEN 'corrupt_history' ELSE 'future_history' END AS problem
FROM history AS h
JOIN project AS p ON p.project_id = h.project_id
WHERE h.corrupt AND NOT h.bare OR NOT h.corrupt AND h.at > :now
