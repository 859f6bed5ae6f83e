using MailCluster.Imap.Commands;
using MailCluster.Imap.Session.Handlers;

namespace MailCluster.Imap.Session;

/// <summary>Runs one command. What it returns becomes the tagged line; untagged data it has written itself.</summary>
internal delegate ValueTask<CommandOutcome> CommandHandler(ImapSession session, ImapCommand command);

/// <summary>One command: where it is allowed and what runs it.</summary>
internal sealed record CommandRow(CommandName Name, SessionState States, CommandHandler Run);

/// <summary>The state table (RFC 9051 §6): which command is allowed where. The session, the help of its errors and the tests read it.</summary>
internal static class CommandTable
{
    private static readonly CommandRow[] ByName = Build();

    /// <summary>In the order of <see cref="CommandName"/>.</summary>
    public static IReadOnlyList<CommandRow> Rows => ByName;

    public static CommandRow Of(CommandName name) => ByName[(int)name];

    private static CommandRow[] Build()
    {
        CommandRow[] rows =
        [
            // RFC 9051 §6.1
            Row<CapabilityCommand>(CommandName.Capability, SessionState.Any, CapabilityHandler.RunAsync),
            Row<NoopCommand>(CommandName.Noop, SessionState.Any, NoopHandler.RunAsync),
            Row<LogoutCommand>(CommandName.Logout, SessionState.Any, LogoutHandler.RunAsync),
            Row<IdCommand>(CommandName.Id, SessionState.Any, IdHandler.RunAsync),

            // §6.2
            Row<StartTlsCommand>(CommandName.StartTls, SessionState.NotAuthenticated, StartTlsHandler.RunAsync),
            Row<AuthenticateCommand>(CommandName.Authenticate, SessionState.NotAuthenticated, AuthenticateHandler.RunAsync),
            Row<LoginCommand>(CommandName.Login, SessionState.NotAuthenticated, LoginHandler.RunAsync),

            // §6.3. ENABLE is for before SELECT, but a server need not check that (§6.3.1).
            Row<EnableCommand>(CommandName.Enable, SessionState.LoggedIn, EnableHandler.RunAsync),
            Row<SelectCommand>(CommandName.Select, SessionState.LoggedIn, SelectHandler.RunAsync),
            Row<SelectCommand>(CommandName.Examine, SessionState.LoggedIn, SelectHandler.RunAsync),
            Row<CreateCommand>(CommandName.Create, SessionState.LoggedIn, CreateHandler.RunAsync),
            Row<DeleteCommand>(CommandName.Delete, SessionState.LoggedIn, DeleteHandler.RunAsync),
            Row<RenameCommand>(CommandName.Rename, SessionState.LoggedIn, RenameHandler.RunAsync),
            Row<SubscribeCommand>(CommandName.Subscribe, SessionState.LoggedIn, SubscribeHandler.RunAsync),
            Row<UnsubscribeCommand>(CommandName.Unsubscribe, SessionState.LoggedIn, UnsubscribeHandler.RunAsync),
            Row<ListCommand>(CommandName.List, SessionState.LoggedIn, ListHandler.RunAsync),
            Row<LsubCommand>(CommandName.Lsub, SessionState.LoggedIn, LsubHandler.RunAsync),
            Row<NamespaceCommand>(CommandName.Namespace, SessionState.LoggedIn, NamespaceHandler.RunAsync),
            Row<StatusCommand>(CommandName.Status, SessionState.LoggedIn, StatusHandler.RunAsync),
            Row<AppendCommand>(CommandName.Append, SessionState.LoggedIn, AppendHandler.RunAsync),
            Row<IdleCommand>(CommandName.Idle, SessionState.LoggedIn, IdleHandler.RunAsync),

            // RFC 9208 §4.1
            Row<GetQuotaCommand>(CommandName.GetQuota, SessionState.LoggedIn, QuotaHandlers.GetAsync),
            Row<GetQuotaRootCommand>(CommandName.GetQuotaRoot, SessionState.LoggedIn, QuotaHandlers.GetRootAsync),
            Row<SetQuotaCommand>(CommandName.SetQuota, SessionState.LoggedIn, QuotaHandlers.SetAsync),

            // RFC 5464 §4
            Row<GetMetadataCommand>(CommandName.GetMetadata, SessionState.LoggedIn, MetadataHandlers.GetAsync),
            Row<SetMetadataCommand>(CommandName.SetMetadata, SessionState.LoggedIn, MetadataHandlers.SetAsync),

            // §6.4
            Row<CheckCommand>(CommandName.Check, SessionState.Selected, CheckHandler.RunAsync),
            Row<CloseCommand>(CommandName.Close, SessionState.Selected, CloseHandler.RunAsync),
            Row<UnselectCommand>(CommandName.Unselect, SessionState.Selected, UnselectHandler.RunAsync),
            Row<ExpungeCommand>(CommandName.Expunge, SessionState.Selected, ExpungeHandler.RunAsync),
            Row<SearchCommand>(CommandName.Search, SessionState.Selected, SearchHandler.RunAsync),
            Row<FetchCommand>(CommandName.Fetch, SessionState.Selected, FetchHandler.RunAsync),
            Row<StoreCommand>(CommandName.Store, SessionState.Selected, StoreHandler.RunAsync),
            Row<CopyCommand>(CommandName.Copy, SessionState.Selected, CopyHandler.RunAsync),
            Row<MoveCommand>(CommandName.Move, SessionState.Selected, MoveHandler.RunAsync),
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            if ((int)rows[i].Name != i)
                throw new InvalidOperationException($"{rows[i].Name} is out of order in the table of commands.");
        }

        return rows;
    }

    private static CommandRow Row<TCommand>(
        CommandName name, SessionState states, Func<ImapSession, TCommand, ValueTask<CommandOutcome>> run)
        where TCommand : ImapCommand =>
        new(name, states, (session, command) => run(session, (TCommand)command));
}
