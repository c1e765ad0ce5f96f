-- What a status means for flow, as rules: of those that fit a status by project, kind, name and mark the first decides
-- (the lowest precedence). The team's own come first (`workflow` in the configuration, by patterns of LIKE), then the
-- defaults by names, in English and the main languages of Taiga (regular expressions), and last the mark alone.
-- is_oldest: only for the oldest status of a board, while none is called like a backlog (see board).
-- is_guess: no rule knows the name.
SELECT
  rules.number AS precedence,
  rule ->> 'project' AS project,
  rule ->> 'kind' AS kind,
  rule ->> 'status' AS status,
  '' AS name,
  NULL::boolean AS is_closed,
  FALSE AS is_oldest,
  rule ->> 'stage' AS stage,
  FALSE AS is_guess
FROM jsonb_array_elements(:workflow) WITH ORDINALITY AS rules (rule, number)
UNION ALL
SELECT 1000000 + number, '%', NULL, '%', name, is_closed, is_oldest, stage, is_guess
FROM (
  VALUES
    -- Closed without being done.
    (1, '^(rejected|declined|won.?t ?(fix|do)|invalid|duplicated?|postponed|cancell?ed|discarded|abandoned|obsolete|not a bug|works for me|abgelehnt|verworfen|abgebrochen|doppelt|rechazad[oa]|descartad[oa]|cancelad[oa]|duplicad[oa]|rejetée?|abandonnée?|annulée?|doublon|rejeitad[oa]|rifiutat[oa]|annullat[oa]|scartat[oa]|afgewezen|geannuleerd|odrzucon[yae]|anulowan[yae]|отклон[её]н[аоы]?|отмен[её]н[аоы]?|дубликат|已拒绝|拒绝|取消|重复|却下|キャンセル)$', TRUE, FALSE, 'discarded', FALSE),
    (2, '^(closed|done|archived|finished|resolved|fixed|completed?|delivered|released|shipped|live|geschlossen|erledigt|fertig|archiviert|cerrad[oa]|hech[oa]|terminad[oa]|archivad[oa]|fermée?|terminée?|fini|archivée?|fechad[oa]|feit[oa]|conclu[ií]d[oa]|arquivad[oa]|chius[oa]|fatt[oa]|completat[oa]|archiviat[oa]|gesloten|klaar|gereed|gearchiveerd|zamkni[eę]t[yae]|gotowe|zrobione|закрыт[аоы]?|готово|сделано|архив|已?关闭|已?完成|已?归档|完了|クローズ)$', TRUE, FALSE, 'done', FALSE),
    (3, '', TRUE, FALSE, 'done', TRUE),
    -- Where things lie before anybody commits to them.
    (4, '^(new|backlog|inbox|to.?do|ideas?|neu|eingang|ideen|zu erledigen|nuev[oa]|por hacer|bandeja de entrada|nouveau|nouvelle|à faire|a faire|idées|nov[oa]|a fazer|nuov[oa]|da fare|idee|nieuw|te doen|now[ya]|nowe|do zrobienia|нов(ый|ая|ое)|сделать|идеи|新建?|待办|想法|新規|未着手)$', FALSE, FALSE, 'backlog', FALSE),
    (5, '', FALSE, TRUE, 'backlog', TRUE),
    (6, '^(ready|bereit|list[oa]|prête?|pront[oa]|klaar|gereed|gotow[yae]|готово к работе|就绪|準備完了)$', FALSE, FALSE, 'ready', FALSE),
    -- Begun, and parked.
    (7, '^((blocked|on hold|paused|parked|needs? (more )?info(rmation)?|feedback|waiting|awaiting|pending)\y|ready (for|to)\y|(blockiert|wartet|wartend|warten auf|zurückgestellt|rückfrage)\y|bereit (für|zum|zur)\y|(bloquead[oa]|en espera|esperando|necesita información)\y|list[oa] para\y|(bloquée?|en attente|en pause)\y|prête? (pour|à)\y|(em espera|aguardando)\y|pront[oa] (para|per)\y|(bloccat[oa]|in attesa|in pausa)\y|(geblokkeerd|in de wacht|wacht op)\y|klaar voor\y|(zablokowan[yae]|wstrzyman[yae]|oczekuj[eą])\y|gotow[yae] do\y|(заблокирован[аоы]?|на паузе|ожида[ею]т|отложен[аоы]?)\y|готово? к\y|阻塞|等待|待测试|待审核|ブロック|保留|待ち)', FALSE, FALSE, 'waiting', FALSE),
    (8, '^(in progress|doing|in development|development|developing|working|started|active|in arbeit|en curso|en progreso|en cours|em andamento|em progresso|in corso|in lavorazione|bezig|w toku|w trakcie|в работе|в процессе|进行中|处理中|進行中|対応中)$', FALSE, FALSE, 'active', FALSE),
    (9, '', FALSE, FALSE, 'active', TRUE)
) AS defaults (number, name, is_closed, is_oldest, stage, is_guess)
