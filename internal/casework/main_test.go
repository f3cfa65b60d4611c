package casework

import (
	"testing"

	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
