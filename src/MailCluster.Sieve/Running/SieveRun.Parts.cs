namespace MailCluster.Sieve.Running;

/// <summary>What is "the message" to a script: the message, or for a script that was included within a loop the part (RFC 6609 §3.5).</summary>
internal sealed partial class SieveRun
{
    /// <summary>The part whose header is that of the message.</summary>
    private SievePart RootOf(ScriptFrame frame) => frame.Part is { } part ? Latest(part) : _message.Root;

    /// <summary>The part that a test with :mime looks at.</summary>
    private SievePart CurrentPart(ScriptFrame frame) => frame.Loop is { } loop ? Latest(loop.Current) : RootOf(frame);

    /// <summary>The message as tests of size and body see it.</summary>
    private SieveMessage View(ScriptFrame frame)
    {
        if (frame.Part is not { } part)
            return _message;
        return frame.PartMessage ??= SieveMessage.Of(part);
    }

    /// <summary>A loop goes through the parts as they were; one that was changed is found by what it was.</summary>
    private SievePart Latest(SievePart part)
    {
        if (!_message.IsEdited)
            return part;
        _work.Spend(8);
        return _message.Find(part) ?? part;
    }
}
