using Microsoft.Extensions.Logging;

namespace MailCluster.Actors;

internal static partial class ActorLog
{
    [LoggerMessage(1200, LogLevel.Error, "{Actor} could not start; what waited for it fails")]
    internal static partial void StartFailed(ILogger log, string actor, Exception failure);

    [LoggerMessage(1201, LogLevel.Error, "A handler of {Actor} threw; directive {Directive}")]
    internal static partial void HandlerFailed(ILogger log, string actor, FailureDirective directive, Exception failure);

    [LoggerMessage(1202, LogLevel.Error, "{Actor} could not restart and stops")]
    internal static partial void RestartFailed(ILogger log, string actor, Exception failure);

    [LoggerMessage(1203, LogLevel.Error, "{Actor} failed while it stopped")]
    internal static partial void StoppingFailed(ILogger log, string actor, Exception failure);
}
