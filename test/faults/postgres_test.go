package faults

import (
	"testing"

	"huying/internal/store/storetest"
)

func mainWithPostgres(m *testing.M) int { return storetest.Run(m) }

func postgresURL(t *testing.T) string { return storetest.PostgresURL(t) }
