using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>From the last byte of a delivery to EXISTS in an idling session; the delivery itself is in it. The value is the median.</summary>
internal sealed class PushRow(string name, double target, int idlers) : Row(name, RowUnit.Milliseconds, target)
{
    private const int ManyIdlers = 1_000;

    /// <summary>A server that puts idle sessions to sleep gets the time for it: Dovecot was seen to tell nothing for a minute of what came while it did so with a thousand.</summary>
    private static readonly TimeSpan s_restMax = TimeSpan.FromSeconds(4);

    public override Measurement Run(Setup setup)
    {
        var message = MessageMill.Make(1, Folders.MessageSize);
        var clients = IdleRow.OpenIdle(setup, tls: false, setup.Quick ? Math.Min(idlers, 100) : idlers);
        try
        {
            if (clients.Length >= ManyIdlers)
            {
                Thread.Sleep(setup.Rest < s_restMax ? setup.Rest : s_restMax);
            }
            var measured = new Drive(Name, setup.Server) { Time = setup.Time, StepsMax = 40 }.Run(1, _ =>
            {
                var lmtp = new LmtpClient(setup.Lmtp.Next());
                var random = new Random(setup.Round);
                return new Client(lmtp, clock =>
                {
                    var number = random.Next(clients.Length);
                    clock.Restart();
                    lmtp.Begin(IdleRow.AccountOf(number), message);
                    clients[number].AwaitExists();
                    lmtp.Finish();
                    return new Step(1);
                });
            });
            return measured with { Value = measured.P50 };
        }
        finally
        {
            IdleRow.Close(clients);
        }
    }
}
