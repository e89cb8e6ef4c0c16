-- Arguments: requests to pipeline, bytes of the body. Prints a report as JSON, in the last line.
function init(args)
  local pipelined, body = tonumber(args[1]), tonumber(args[2])
  if body > 0 then
    wrk.method = "POST"
    wrk.body = string.rep("x", body)
  end
  if pipelined > 1 then
    local batch = string.rep(wrk.format(), pipelined)
    request = function() return batch end
  end
end

function done(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write
  local report = '{ "seconds": %f, "requests": %d, "broken": %d, "refused": %d }\n'
  io.write(report:format(summary.duration / 1e6, summary.requests, broken, errors.status))
end
