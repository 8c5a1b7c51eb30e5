told=1
