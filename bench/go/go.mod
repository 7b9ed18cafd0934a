module cosy/bench

go 1.19
