-- expect
ALTER TYPE address DROP ATTRIBUTE city;
