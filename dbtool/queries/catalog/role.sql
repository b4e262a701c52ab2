-- Who owns what is created now, without more words.
SELECT current_user::text AS role
