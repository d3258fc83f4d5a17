;; What the lab's pods answer with: a WASI program behind a CGI. It prints who it is, the query it was asked with, and the query's FNV-1a
;; sum, which nobody can print without having run it.
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)

  ;; 0: number of variables, 4: bytes of variables, 8: bytes written, 16: one buffer to write, 32: eight digits, 64…: texts,
  ;; 4096: addresses of variables, 65536: variables.
  (global $addresses i32 (i32.const 4096))
  (global $variables i32 (i32.const 65536))
  (data (i32.const 64) "Content-Type: text/plain\r\n\r\nWebAssembly on ")
  (data (i32.const 128) "NODE_NAME=")
  (data (i32.const 144) "POD_IP=")
  (data (i32.const 160) "QUERY_STRING=")
  (data (i32.const 176) ", pod ")
  (data (i32.const 192) ", query \"")
  (data (i32.const 208) "\", fnv1a ")
  (data (i32.const 224) "\n")
  (data (i32.const 240) "0123456789abcdef")

  (func $print (param $at i32) (param $length i32)
    (i32.store (i32.const 16) (local.get $at))
    (i32.store (i32.const 20) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))))

  (func $length (param $at i32) (result i32)
    (local $end i32)
    (local.set $end (local.get $at))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $end) (local.get $at)))

  ;; Whether the text at $at begins with the $length bytes at $name.
  (func $begins (param $at i32) (param $name i32) (param $length i32) (result i32)
    (local $i i32)
    (loop $next
      (if (i32.eq (local.get $i) (local.get $length)) (then (return (i32.const 1))))
      (if (i32.ne
            (i32.load8_u (i32.add (local.get $at) (local.get $i)))
            (i32.load8_u (i32.add (local.get $name) (local.get $i))))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))
    (i32.const 0))

  ;; Address of a variable's value; of an empty text where there is none.
  (func $value (param $name i32) (param $length i32) (result i32)
    (local $i i32)
    (local $at i32)
    (block $none
      (loop $next
        (br_if $none (i32.ge_u (local.get $i) (i32.load (i32.const 0))))
        (local.set $at
          (i32.load (i32.add (global.get $addresses) (i32.mul (local.get $i) (i32.const 4)))))
        (if (call $begins (local.get $at) (local.get $name) (local.get $length))
          (then (return (i32.add (local.get $at) (local.get $length)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (i32.const 12))

  (func $print_value (param $name i32) (param $length i32)
    (local $at i32)
    (local.set $at (call $value (local.get $name) (local.get $length)))
    (call $print (local.get $at) (call $length (local.get $at))))

  (func $fnv1a (param $at i32) (result i32)
    (local $sum i32)
    (local $byte i32)
    (local.set $sum (i32.const 0x811c9dc5))
    (block $done
      (loop $next
        (local.set $byte (i32.load8_u (local.get $at)))
        (br_if $done (i32.eqz (local.get $byte)))
        (local.set $sum
          (i32.mul (i32.xor (local.get $sum) (local.get $byte)) (i32.const 0x01000193)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $sum))

  (func $print_hex (param $number i32)
    (local $i i32)
    (loop $next
      (i32.store8
        (i32.add (i32.const 32) (local.get $i))
        (i32.load8_u
          (i32.add
            (i32.const 240)
            (i32.and
              (i32.shr_u (local.get $number) (i32.sub (i32.const 28) (i32.mul (local.get $i) (i32.const 4))))
              (i32.const 15)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 8))))
    (call $print (i32.const 32) (i32.const 8)))

  (func (export "_start")
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    ;; More than there is room for: no environment of a CGI is that large.
    (if (i32.or
          (i32.gt_u (i32.load (i32.const 0)) (i32.const 8192))
          (i32.gt_u (i32.load (i32.const 4)) (i32.const 131072)))
      (then (unreachable)))
    (drop (call $environ_get (global.get $addresses) (global.get $variables)))
    (call $print (i32.const 64) (i32.const 43))
    (call $print_value (i32.const 128) (i32.const 10))
    (call $print (i32.const 176) (i32.const 6))
    (call $print_value (i32.const 144) (i32.const 7))
    (call $print (i32.const 192) (i32.const 9))
    (call $print_value (i32.const 160) (i32.const 13))
    (call $print (i32.const 208) (i32.const 9))
    (call $print_hex (call $fnv1a (call $value (i32.const 160) (i32.const 13))))
    (call $print (i32.const 224) (i32.const 1))))
