 mov x16,#0x40100000
 br x16
