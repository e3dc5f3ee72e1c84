(component
  (component $A
    (core module $m (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 8)
      (func (export "f") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "s" string)
      (canon lift (core func $i "f") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))
  (component $B
    (import "f" (func $f (param "s" string)))
    (core module $lib (memory (export "mem") 1))
    (core instance $l (instantiate $lib))
    (core func $lf (canon lower (func $f) (memory (core memory $l "mem"))))
    (core module $m
      (import "" "f" (func $f (param i32 i32)))
      (func (export "g") (call $f (i32.const 0) (i32.const 3))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $lf))))))
    (func (export "g") (canon lift (core func $i "g"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "g" (func $b "g")))
