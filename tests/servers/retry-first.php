<?php
// A block that sets the reconnection time and has no data, then an event without the optional space, then the end.
header('Content-Type: text/event-stream');

echo "retry:10000\n\n";
echo "data:this is a test\n\n";
