-- The day it is in the configured time zone.
SELECT (:now AT TIME ZONE :time_zone)::date AS today
