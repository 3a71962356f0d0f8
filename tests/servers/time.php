<?php
// The first server of most tutorials: it says what time it is and ends. The client's reconnection makes it a stream.
header('Content-Type: text/event-stream');
header('Cache-Control: no-cache');

echo 'data: The server time is: ' . date('r') . "\n\n";
