using System.Text;
using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>Reads one complete command: <c>tag SP name arguments</c> (RFC 9051 §9, command).</summary>
internal static class CommandSyntax
{
    /// <summary>
    /// Reads the command, or says why it is refused. The tag of the rejection is null when there is none to be read.
    /// </summary>
    public static ImapCommand? Read(scoped ref WireReader reader, out Rejection rejection)
    {
        rejection = default;
        ImapCommand? command = null;
        if (ExpectStart(ref reader, out var tag, out var name, out var uid))
            command = Arguments(ref reader, tag, name, uid);
        if (command is not null && reader.ExpectEnd())
            return command;
        rejection = new Rejection(reader.ErrorKind, tag.Length > 0 ? tag : null, reader.Error ?? "Syntax error");
        return null;
    }

    /// <summary>Reads tag and name. The tag is set as soon as it is known, also when the rest is refused.</summary>
    public static bool ExpectStart(scoped ref WireReader reader, out string tag, out CommandName name, out bool uid)
    {
        name = default;
        uid = false;
        if (!reader.ExpectTag(out tag) || !reader.ExpectSpace())
            return false;
        reader.TryReadName(out var word);
        uid = Ascii.EqualsIgnoreCase(word, "UID"u8);
        if (uid)
        {
            if (!reader.ExpectSpace())
                return false;
            reader.TryReadName(out word);
        }

        if (word.IsEmpty && (reader.AtEnd || reader.Peek == ' '))
            return reader.Reject("Command expected");
        return (CommandNames.TryParse(word, out name) && (!uid || CommandNames.HasUidForm(name)))
            || reader.Reject("Unknown command", RejectionKind.UnknownCommand);
    }

    private static ImapCommand? Arguments(scoped ref WireReader reader, string tag, CommandName name, bool uid) => name switch
    {
        CommandName.Capability => new CapabilityCommand(tag),
        CommandName.Noop => new NoopCommand(tag),
        CommandName.Logout => new LogoutCommand(tag),
        CommandName.Id => SessionSyntax.Id(ref reader, tag),
        CommandName.StartTls => new StartTlsCommand(tag),
        CommandName.Authenticate => SessionSyntax.Authenticate(ref reader, tag),
        CommandName.Login => SessionSyntax.Login(ref reader, tag),
        CommandName.Enable => SessionSyntax.Enable(ref reader, tag),
        CommandName.Select => SelectSyntax.Read(ref reader, tag, readOnly: false),
        CommandName.Examine => SelectSyntax.Read(ref reader, tag, readOnly: true),
        CommandName.Create => FolderSyntax.Create(ref reader, tag),
        CommandName.Delete => FolderSyntax.OneName(ref reader, out var one) ? new DeleteCommand(tag, one) : null,
        CommandName.Rename => FolderSyntax.Rename(ref reader, tag),
        CommandName.Subscribe => FolderSyntax.OneName(ref reader, out var one) ? new SubscribeCommand(tag, one) : null,
        CommandName.Unsubscribe => FolderSyntax.OneName(ref reader, out var one) ? new UnsubscribeCommand(tag, one) : null,
        CommandName.List => ListSyntax.List(ref reader, tag),
        CommandName.Lsub => ListSyntax.Lsub(ref reader, tag),
        CommandName.Namespace => new NamespaceCommand(tag),
        CommandName.Status => ListSyntax.Status(ref reader, tag),
        CommandName.Append => AppendSyntax.WithoutMessage(ref reader),
        CommandName.Idle => new IdleCommand(tag),
        CommandName.GetQuota => QuotaSyntax.Get(ref reader, tag),
        CommandName.GetQuotaRoot => FolderSyntax.OneName(ref reader, out var one) ? new GetQuotaRootCommand(tag, one) : null,
        CommandName.SetQuota => QuotaSyntax.Set(ref reader, tag),
        CommandName.GetMetadata => MetadataSyntax.Get(ref reader, tag),
        CommandName.SetMetadata => MetadataSyntax.Set(ref reader, tag),
        CommandName.Check => new CheckCommand(tag),
        CommandName.Close => new CloseCommand(tag),
        CommandName.Unselect => new UnselectCommand(tag),
        CommandName.Expunge => MessageSyntax.Expunge(ref reader, tag, uid),
        CommandName.Search => SearchSyntax.Read(ref reader, tag, uid),
        CommandName.Fetch => FetchSyntax.Read(ref reader, tag, uid),
        CommandName.Store => MessageSyntax.Store(ref reader, tag, uid),
        CommandName.Copy => MessageSyntax.SetAndName(ref reader, out var set, out var to) ? new CopyCommand(tag, uid, set, to) : null,
        CommandName.Move => MessageSyntax.SetAndName(ref reader, out var set, out var to) ? new MoveCommand(tag, uid, set, to) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
